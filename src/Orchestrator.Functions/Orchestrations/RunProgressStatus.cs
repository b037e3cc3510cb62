using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>The orchestration's custom status: counters only.</summary>
public sealed record RunProgressStatus(RunStatus Status, int Total, int Done, int Running, int Queued, int Failed);
