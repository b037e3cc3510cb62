using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>What the scheduler knows of one step.</summary>
internal struct StepState
{
    public StepStatus Status;

    /// <summary>How many dependencies have ended.</summary>
    public int EndedDependencies;

    /// <summary>How many of those count as a success.</summary>
    public int SucceededDependencies;

    /// <summary>The number of the latest attempt; 0 before the first.</summary>
    public int Attempt;

    /// <summary>The number of the turn, from 1.</summary>
    public int Turn;

    /// <summary>Attempts of the present turn: what the retry rule counts.</summary>
    public int TurnAttempt;

    /// <summary>Whether its end counts as a success for the joins of its dependents.</summary>
    public bool Succeeded;

    public DateTimeOffset ReadyAt;

    /// <summary>When work on the first attempt began.</summary>
    public DateTimeOffset? FirstStartedAt;

    public WorkflowError? Error;

    /// <summary>Whether <see cref="Error"/> was reported to the feed as the final failure.</summary>
    public bool FailureIsReported;

    /// <summary>Whether no record of an attempt contains <see cref="Error"/>.</summary>
    public bool ErrorHasNoRecord;

    /// <summary>For a join of the first success, the dependencies that had succeeded when it was met; null otherwise.</summary>
    public IReadOnlyList<int>? Available;

    /// <summary>How the steps whose records it reads had ended when its join was met, except those that completed.</summary>
    public IReadOnlyList<EndedStep>? Observed;

    /// <summary>Whether it has failed, and its present call only records another output.</summary>
    public bool IsSubstituted;

    /// <summary>Whether the fallback steps that it does not call were released.</summary>
    public bool HasReleasedFallbacks;

    /// <summary>For a fallback step, how many steps may still call it.</summary>
    public int PossibleCallers;

    /// <summary>For a fallback step, the failed steps that called it; null for none.</summary>
    public List<int>? Callers;

    public readonly bool IsOver =>
        Status is StepStatus.Completed or StepStatus.Reused or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    /// <summary>Whether another step can take its output over.</summary>
    public readonly bool HasOutput => Status is StepStatus.Completed or StepStatus.Reused;
}
