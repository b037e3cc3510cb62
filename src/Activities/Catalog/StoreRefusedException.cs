using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Catalog;

/// <summary>A store of workflows or prompts did not do what it was asked, for a reason that its caller can mend. Nothing was changed.</summary>
/// <param name="kind">What is stored: <c>workflow</c> or <c>prompt</c>.</param>
public sealed class StoreRefusedException(StoreRefusal reason, string kind, string message) : Exception(message)
{
    public StoreRefusal Reason { get; } = reason;

    /// <summary>What is stored: <c>workflow</c> or <c>prompt</c>.</summary>
    public string Kind { get; } = kind;

    /// <summary>All that have the name; empty unless it is ambiguous.</summary>
    public IReadOnlyList<NamedCandidate> Candidates { get; init; } = [];

    /// <summary>All findings in a text that was to be stored; empty when it is not the problem.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}
