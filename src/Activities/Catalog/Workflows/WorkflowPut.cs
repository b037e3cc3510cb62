using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>What came of storing a workflow.</summary>
/// <param name="Created">Whether there was none of that name before.</param>
/// <param name="Warnings">What is doubtful in the definition.</param>
public sealed record WorkflowPut(Stored<StoredWorkflow> Stored, bool Created, IReadOnlyList<Diagnostic> Warnings);
