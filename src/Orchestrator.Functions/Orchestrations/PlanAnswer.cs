using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>What PrepareRun answers.</summary>
/// <param name="Plan">The plan; null when it is larger than 32 KB, and then it is read from the store, where it never changes.</param>
public sealed record PlanAnswer(RunPlan? Plan);
