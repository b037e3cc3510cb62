namespace Orchestrator.Workflows.Expressions;

/// <summary>An error in an expression, or in its evaluation with given values. Immutable. Thread-safe.</summary>
/// <param name="Message">One sentence, without the position.</param>
/// <param name="Position">Where it begins, in characters from 0; the length of the expression if its end is meant.</param>
/// <param name="Length">How many characters it covers; 0 at the end.</param>
/// <param name="Suggestion">One sentence that says how to correct it; null if there is none.</param>
public sealed record ExpressionError(string Message, int Position, int Length, string? Suggestion = null)
{
    /// <summary>The message, the position counted from 1, and the suggestion.</summary>
    public override string ToString() =>
        Diagnostics.Suggestion.Append($"{Message.TrimEnd('.')} (character {Position + 1}).", Suggestion);
}

/// <summary>Ends the parsing or the evaluation with an error. <see cref="Expression"/> catches it.</summary>
internal sealed class ExpressionFailure(ExpressionError error) : Exception(error.Message)
{
    public ExpressionFailure(string message, int position, int length, string? suggestion = null)
        : this(new ExpressionError(message, position, length, suggestion))
    {
    }

    public ExpressionError Error { get; } = error;
}

/// <summary>Excerpts of expressions and values for messages.</summary>
internal static class ExpressionText
{
    private const int Longest = 40;

    /// <summary>The text, cut to 40 characters and an ellipsis.</summary>
    public static string Cut(string text) => text.Length <= Longest
        ? text
        : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)] + "…";
}
