namespace Orchestrator.Workflows.Expressions;

/// <summary>The limits of an expression and of one evaluation, so that neither takes much time, memory or stack.</summary>
public static class ExpressionLimits
{
    /// <summary>Maximum characters of an expression.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Maximum depth of nested parentheses, brackets, calls, signs and branches of <c>? :</c>.</summary>
    public const int MaxNesting = 64;

    /// <summary>Maximum characters of a text, or of a list written as JSON, that an expression produces.</summary>
    public const int MaxText = 10 * 1024 * 1024;

    /// <summary>Maximum characters of all texts and lists that one evaluation produces.</summary>
    public const int MaxWork = 10 * MaxText;

    /// <summary>
    /// Maximum elements and members that one evaluation processes in comparisons, <c>in</c>, <c>contains</c>, <c>sum</c>, <c>min</c> and <c>max</c>;
    /// a text counts one for every 16 characters.
    /// </summary>
    public const int MaxSteps = 10_000_000;

    /// <summary>How many characters of a text count as one element.</summary>
    internal const int CharactersPerStep = 16;
}
