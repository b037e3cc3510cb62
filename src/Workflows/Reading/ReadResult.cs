using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Workflows.Reading;

/// <summary>What came of reading a definition.</summary>
/// <param name="Workflow">The workflow, ready to run; null when there is an error.</param>
/// <param name="Diagnostics">All findings, in the order of the text.</param>
public sealed record ReadResult(CompiledWorkflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics);
