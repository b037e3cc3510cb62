using Orchestrator.Workflows.Reading;

namespace Orchestrator.Workflows.Diagnostics;

/// <summary>Collects findings while a document is read.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public bool HasErrors { get; private set; }

    public IReadOnlyList<Diagnostic> Items => _items;

    public void Add(Diagnostic diagnostic)
    {
        _items.Add(diagnostic);
        HasErrors |= diagnostic.Severity == DiagnosticSeverity.Error;
    }

    public void Error(string code, int line, int column, string message, string pointer = "", string? suggestion = null, string? step = null) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Error, pointer, line, column, message) { Suggestion = suggestion, Step = step });

    /// <summary>A name stands in an object for the second time.</summary>
    public void RepeatedName(SourceNode owner, string name, int line, int column) => Error(
        DiagnosticCodes.DuplicateName, line, column, $"'{name}' is given twice in one object; only one can count.", $"{owner.Pointer}/{SourceNode.Escape(name)}");
}
