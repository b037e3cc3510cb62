using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Reading;

namespace Orchestrator.Activities.Prompts;

/// <summary>Collects what is wrong with one prompt file.</summary>
internal sealed class PromptFindings
{
    private readonly List<Diagnostic> _items = [];

    public bool Any => _items.Count > 0;

    /// <summary>All findings in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Sorted => [.. _items.OrderBy(item => item.Line).ThenBy(item => item.Column)];

    public void Error(string code, SourceNode at, string message, string? suggestion = null) => Error(code, at.Line, at.Column, message, suggestion);

    public void Error(string code, int line, int column, string message, string? suggestion = null) =>
        _items.Add(new Diagnostic(code, DiagnosticSeverity.Error, "", line, column, message) { Suggestion = suggestion });
}
