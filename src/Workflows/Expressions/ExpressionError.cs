namespace Orchestrator.Workflows.Expressions;

/// <summary>What is wrong with an expression, or with the values it met.</summary>
/// <param name="Message">One sentence, without the place.</param>
/// <param name="Position">Where in the expression, in characters from 0; its length when the end is meant.</param>
/// <param name="Length">How many characters it is about; 0 at the end.</param>
/// <param name="Suggestion">A sentence that may help; null when there is none.</param>
public sealed record ExpressionError(string Message, int Position, int Length, string? Suggestion = null)
{
    /// <summary>The message, the place with characters counted from 1, and the suggestion.</summary>
    public override string ToString() =>
        $"{Message.TrimEnd('.')} (character {Position + 1}).{(Suggestion is null ? "" : $" {Suggestion}")}";
}
