namespace Orchestrator.Workflows.Expressions;

/// <summary>Pieces of an expression or of values, as messages show them.</summary>
internal static class ExpressionText
{
    private const int Longest = 40;

    /// <summary>The text, or its beginning when it is long.</summary>
    public static string Cut(string text) => text.Length <= Longest
        ? text
        : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)] + "…";
}
