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

        // Only what is shown is looked at: all of a definition may stand on one line, with a finding for each of its steps.
        var text = lines[line - 1].AsSpan();
        text = text is [.. var before, '\r'] ? before : text;
        var start = Math.Clamp(column - (Width / 2), 0, Math.Max(0, text.Length - Width));
        text = text.Slice(start, Math.Min(Width, text.Length - start));
        if (text.IsWhiteSpace())
        {
            return [];
        }

        // Tabs become single spaces, so that the caret stands below the place on every terminal; a terminal must not obey what stands in the file.
        var shown = string.Concat(text.ToString().Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter));
        return [Indent + shown, Indent + new string(' ', Math.Max(0, column - 1 - start)) + "^"];
    }
}
