using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>What became of a step without executing it.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Status">Ready, Skipped, Cancelled or Failed.</param>
public sealed record StepDecision(int Step, StepStatus Status, string? Reason, DateTimeOffset At)
{
    /// <summary>The failure of a step that failed; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The latest attempt of a step that failed, 0 for none; null otherwise.</summary>
    public int? Attempt { get; init; }
}
