using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Formats;

/// <summary>What came of reading a definition.</summary>
/// <param name="Workflow">The workflow, ready to run; null when there is an error.</param>
/// <param name="Diagnostics">All findings, in the order of the text.</param>
public sealed record ReadResult(CompiledWorkflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics);
