using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>Plans from the run store, where each is written once. Thread-safe.</summary>
public sealed class StoredPlans(RunStore runs) : IRunPlanSource
{
    /// <inheritdoc/>
    public RunPlan Read(string runId, int runAttempt) => runs.GetPrepared(runId, runAttempt).Plan;
}
