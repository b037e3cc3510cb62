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

/// <summary>Carries an error out of the reading or the evaluation. Never leaves <see cref="Expression"/>.</summary>
internal sealed class ExpressionFailure(ExpressionError error) : Exception(error.Message)
{
    public ExpressionFailure(string message, int position, int length, string? suggestion = null)
        : this(new ExpressionError(message, position, length, suggestion))
    {
    }

    public ExpressionError Error { get; } = error;
}

/// <summary>Pieces of an expression or of values, as messages show them.</summary>
internal static class ExpressionText
{
    private const int Longest = 40;

    /// <summary>The text, or its beginning when it is long.</summary>
    public static string Cut(string text) => text.Length <= Longest
        ? text
        : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)] + "…";
}
