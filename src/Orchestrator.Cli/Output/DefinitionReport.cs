using System.Text;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Output;

/// <summary>The findings in a definition as lines: each with the line of the text that it is about.</summary>
internal static class DefinitionReport
{
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="utf8">Its text.</param>
    public static IReadOnlyList<string> Lines(string path, ReadOnlyMemory<byte> utf8, IReadOnlyList<Diagnostic> findings)
    {
        var lines = Encoding.UTF8.GetString(utf8.Span).TrimStart('\uFEFF').Split('\n');
        return
        [
            .. findings.SelectMany(finding =>
                SourceExcerpt.Of(lines, finding.Line, finding.Column).Prepend($"{path}: {DiagnosticLine.Of(finding)}")),
            $"{path}: {Summary(findings)}.",
        ];
    }

    private static string Summary(IReadOnlyList<Diagnostic> findings)
    {
        var errors = findings.Count(finding => finding.Severity == DiagnosticSeverity.Error);
        var warnings = findings.Count - errors;
        var counts = new[] { Count(errors, "mistake"), Count(warnings, "warning") }.OfType<string>();
        return string.Join(", ", counts.DefaultIfEmpty("nothing wrong"));
    }

    private static string? Count(int count, string what) => count == 0 ? null : $"{count} {what}{(count == 1 ? "" : "s")}";
}
