using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Plans that are too large for the history. What it returns for one attempt of a run is written once and never changes,
/// so reading it is as deterministic as reading code (docs/decisions/0004).
/// </summary>
public interface IRunPlanSource
{
    /// <summary>The plan of an attempt whose PrepareRun has ended.</summary>
    /// <exception cref="InvalidDataException">It is not there: the run's storage was changed.</exception>
    public RunPlan Read(string runId, int runAttempt);
}
