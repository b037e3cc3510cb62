using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>How a step ended without an output, for a step that reads its record: the decision about it has no record of its own.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Status">Failed, Skipped or Cancelled.</param>
public sealed record EndedStep(int Step, StepStatus Status)
{
    /// <summary>Its failure; null when it has none, or when the record of its latest attempt has it.</summary>
    public WorkflowError? Error { get; init; }
}
