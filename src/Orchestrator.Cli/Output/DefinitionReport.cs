using System.Text;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Output;

/// <summary>The findings in a definition as lines: each with the line of the text that it is about.</summary>
internal static class DefinitionReport
{
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="utf8">Its text.</param>
    /// <param name="steps">How many steps there are; null when the definition cannot run.</param>
    public static IReadOnlyList<string> Lines(string path, ReadOnlyMemory<byte> utf8, IReadOnlyList<Diagnostic> findings, int? steps = null)
    {
        var lines = Encoding.UTF8.GetString(utf8.Span).TrimStart('\uFEFF').Split('\n');
        return
        [
            .. findings.SelectMany(finding =>
                SourceExcerpt.Of(lines, finding.Line, finding.Column).Prepend($"{path}: {DiagnosticLine.Of(finding)}")),
            $"{path}: {Summary(findings, steps)}.",
        ];
    }

    private static string Summary(IReadOnlyList<Diagnostic> findings, int? steps)
    {
        var errors = findings.Count(finding => finding.Severity == DiagnosticSeverity.Error);
        var warnings = findings.Count - errors;
        return string.Join(", ", new[]
        {
            Count(steps ?? 0, "step"), Count(errors, "mistake"), Count(warnings, "warning"), findings.Count == 0 ? "nothing wrong" : null,
        }.OfType<string>());
    }

    private static string? Count(int count, string what) => count == 0 ? null : $"{count} {what}{(count == 1 ? "" : "s")}";
}
