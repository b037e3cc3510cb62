using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Functions.Application;

/// <summary>A definition has errors. Nothing was written; all findings are named.</summary>
public sealed class DefinitionRefusedException : Exception
{
    public DefinitionRefusedException(IReadOnlyList<Diagnostic> diagnostics)
        : base(string.Join(" ", diagnostics.Select(diagnostic => diagnostic.Message)))
    {
        Diagnostics = diagnostics;
    }

    /// <summary>All findings, at least one of them an error.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
