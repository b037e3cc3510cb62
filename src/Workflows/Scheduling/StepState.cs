using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>What the scheduler knows of one step.</summary>
internal struct StepState
{
    public StepStatus Status;

    /// <summary>Dependencies that have not ended.</summary>
    public int WaitingFor;

    /// <summary>The number of the latest attempt; 0 before the first.</summary>
    public int Attempt;

    /// <summary>The number of the turn, from 1.</summary>
    public int Turn;

    /// <summary>Attempts of the present turn: what the retry rule counts.</summary>
    public int TurnAttempt;

    /// <summary>It ended in a way that lets its dependents go on.</summary>
    public bool Succeeded;

    public DateTimeOffset ReadyAt;

    /// <summary>When work on the first attempt began.</summary>
    public DateTimeOffset? FirstStartedAt;

    public WorkflowError? Error;

    /// <summary>What had completed when a join of the first success was met.</summary>
    public IReadOnlyList<int>? Available;

    /// <summary>The fallback step whose output it takes over; null otherwise.</summary>
    public int? Adopt;

    /// <summary>The step that this one stands in for; null unless it was called as a fallback.</summary>
    public int? StandsInFor;

    public readonly bool IsOver =>
        Status is StepStatus.Completed or StepStatus.Reused or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;
}
