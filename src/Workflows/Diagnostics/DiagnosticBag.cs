namespace Orchestrator.Workflows.Diagnostics;

/// <summary>Collects diagnostics while a document is read. Not thread-safe.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>Maximum number of errors, and of warnings, that are kept: a text of 8 MiB can have millions.</summary>
    public const int MaxPerSeverity = 50_000;

    private readonly List<Diagnostic> _items = [];
    private readonly int[] _counts = new int[2];

    public bool HasErrors { get; private set; }

    public IReadOnlyList<Diagnostic> Items => _items;

    public Suggestions Suggestions { get; } = new();

    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == DiagnosticSeverity.Error;
        var count = ++_counts[(int)diagnostic.Severity];
        if (count <= MaxPerSeverity)
        {
            _items.Add(diagnostic);
        }
        else if (count == MaxPerSeverity + 1)
        {
            var what = diagnostic.Severity == DiagnosticSeverity.Error ? "errors" : "warnings";
            _items.Add(new Diagnostic(
                DiagnosticCodes.TooLarge, DiagnosticSeverity.Warning, "", diagnostic.Line, diagnostic.Column,
                $"There are more than {MaxPerSeverity} {what}; those found after this one are left out."));
        }
    }

    public void Error(string code, int line, int column, string message, string pointer = "", string? suggestion = null, string? step = null) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Error, pointer, line, column, message) { Suggestion = suggestion, Step = step });
}
