namespace Orchestrator.Cli.Output;

/// <summary>The line that a finding is about, with a caret below the place.</summary>
internal static class SourceExcerpt
{
    /// <summary>Characters that are shown of a long line.</summary>
    private const int Width = 110;

    private const string Indent = "    ";

    /// <param name="line">From 1; 0 or a line that is not there gives nothing.</param>
    /// <param name="column">From 1.</param>
    public static IReadOnlyList<string> Of(string[] lines, int line, int column)
    {
        if (line < 1 || line > lines.Length || column < 1)
        {
            return [];
        }

        // Tabs become single spaces, so that the caret stands below the place on every terminal; a terminal must not obey what stands in the file.
        var text = string.Concat(lines[line - 1].TrimEnd('\r').Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter));
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        var start = Math.Clamp(column - (Width / 2), 0, Math.Max(0, text.Length - Width));
        var shown = text.Substring(start, Math.Min(Width, text.Length - start));
        return [Indent + shown, Indent + new string(' ', Math.Max(0, column - 1 - start)) + "^"];
    }
}
