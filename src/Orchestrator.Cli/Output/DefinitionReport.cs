using System.Text;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Output;

/// <summary>The diagnostics of a definition as lines, each with the line of the text that it is about.</summary>
internal static class DefinitionReport
{
    /// <summary>One line per diagnostic with its excerpt, then a line that counts them.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="utf8">Its text.</param>
    /// <param name="steps">The number of steps; null when the definition cannot run.</param>
    public static IReadOnlyList<string> Lines(string path, ReadOnlyMemory<byte> utf8, IReadOnlyList<Diagnostic> diagnostics, int? steps = null)
    {
        var lines = Encoding.UTF8.GetString(utf8.Span).TrimStart('\uFEFF').Split('\n');
        return
        [
            .. diagnostics.SelectMany(diagnostic =>
                SourceExcerpt.Of(lines, diagnostic.Line, diagnostic.Column).Prepend($"{path}: {Line(diagnostic)}")),
            $"{path}: {Summary(diagnostics, steps)}.",
        ];
    }

    /// <summary>A diagnostic on one line: place, severity, code, message and suggestion.</summary>
    public static string Line(Diagnostic diagnostic)
    {
        var place = diagnostic.Line > 0 ? $"line {diagnostic.Line}, column {diagnostic.Column}: "
            : diagnostic.Pointer.Length > 0 ? $"{diagnostic.Pointer}: "
            : "";
        var severity = diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        return $"{place}{severity} {diagnostic.Code}: {diagnostic.FullMessage()}";
    }

    private static string Summary(IReadOnlyList<Diagnostic> diagnostics, int? steps)
    {
        var errors = diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        (int Number, string Noun)[] counts = [(steps ?? 0, "step"), (errors, "mistake"), (diagnostics.Count - errors, "warning")];
        var parts = counts.Where(count => count.Number > 0).Select(count => Wording.Count(count.Number, count.Noun));
        return string.Join(", ", diagnostics.Count == 0 ? parts.Append("nothing wrong") : parts);
    }
}

/// <summary>The line that a diagnostic is about, with a caret below the column.</summary>
internal static class SourceExcerpt
{
    /// <summary>How many characters of a long line are shown.</summary>
    private const int Width = 110;

    private const string Indent = "    ";

    /// <summary>The two lines of the excerpt.</summary>
    /// <param name="line">From 1; 0 for an unknown line.</param>
    /// <param name="column">From 1; 0 for an unknown column.</param>
    /// <returns>Empty when the line is unknown, does not exist or is blank.</returns>
    public static IReadOnlyList<string> Of(string[] lines, int line, int column)
    {
        if (line < 1 || line > lines.Length || column < 1)
        {
            return [];
        }

        // A whole definition may be on one line with a diagnostic for each step: process the shown part only, so that the report stays linear.
        var text = lines[line - 1].AsSpan();
        text = text is [.. var before, '\r'] ? before : text;
        var start = Math.Clamp(column - (Width / 2), 0, Math.Max(0, text.Length - Width));
        text = text.Slice(start, Math.Min(Width, text.Length - start));
        if (text.IsWhiteSpace())
        {
            return [];
        }

        // Tabs become single spaces, so that the caret is below the column on every terminal. Control characters must not reach the terminal.
        var shown = string.Concat(text.ToString().Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter));
        return [Indent + shown, Indent + new string(' ', Math.Max(0, column - 1 - start)) + "^"];
    }
}
