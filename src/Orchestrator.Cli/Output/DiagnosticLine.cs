using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Output;

/// <summary>A finding as one line: where, how grave, what, and what to do.</summary>
internal static class DiagnosticLine
{
    public static string Of(Diagnostic diagnostic)
    {
        var where = diagnostic.Line > 0 ? $"line {diagnostic.Line}, column {diagnostic.Column}: " : diagnostic.Pointer.Length > 0 ? $"{diagnostic.Pointer}: " : "";
        var severity = diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        var advice = diagnostic.Suggestion is null ? "" : " " + diagnostic.Suggestion;
        return $"{where}{severity} {diagnostic.Code}: {diagnostic.Message}{advice}";
    }
}
