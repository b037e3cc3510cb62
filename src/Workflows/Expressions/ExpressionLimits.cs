namespace Orchestrator.Workflows.Expressions;

/// <summary>What an expression and one evaluation of it may be at most.</summary>
public static class ExpressionLimits
{
    /// <summary>Characters of an expression's text.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Parentheses, brackets, calls, signs and branches of <c>? :</c> within one another.</summary>
    public const int MaxNesting = 64;

    /// <summary>Characters of a text, or of a list written as JSON, that an expression makes.</summary>
    public const int MaxText = 10 * 1024 * 1024;

    /// <summary>Characters of all that one evaluation makes on its way.</summary>
    public const int MaxWork = 10 * MaxText;

    /// <summary>Elements and members that one evaluation goes through, in comparisons, <c>in</c>, <c>contains</c>, <c>sum</c>, <c>min</c> and <c>max</c>; texts count by their length.</summary>
    public const int MaxSteps = 10_000_000;

    /// <summary>Number of characters that count as one step when a text is searched.</summary>
    internal const int CharactersPerStep = 16;
}
