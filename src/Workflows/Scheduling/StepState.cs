using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>What the scheduler knows of one step.</summary>
internal struct StepState
{
    public StepStatus Status;

    /// <summary>Dependencies that have ended.</summary>
    public int Ended;

    /// <summary>Those of them that let their dependents go on.</summary>
    public int EndedWell;

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

    /// <summary>Whether the feed has its final failure, <see cref="Error"/>.</summary>
    public bool FailureIsTold;

    /// <summary>Whether no record of an attempt has <see cref="Error"/>.</summary>
    public bool ErrorHasNoRecord;

    /// <summary>What had completed when a join of the first success was met.</summary>
    public IReadOnlyList<int>? Available;

    /// <summary>How the steps whose records it reads had ended when its join was met, except those that completed.</summary>
    public IReadOnlyList<EndedStep>? Observed;

    /// <summary>It failed, and its present call only records the substitute for its output.</summary>
    public bool IsSubstituted;

    /// <summary>Whether its substitute is decided: fallback steps that it does not need do not wait for it any more.</summary>
    public bool HasChosen;

    /// <summary>For a fallback step, how many steps may still call it.</summary>
    public int MayBeCalledBy;

    /// <summary>For a fallback step, the failed steps that wait for it; null while none does.</summary>
    public List<int>? Callers;

    public readonly bool IsOver =>
        Status is StepStatus.Completed or StepStatus.Reused or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    /// <summary>It has an output that another step may take over.</summary>
    public readonly bool HasOutput => Status is StepStatus.Completed or StepStatus.Reused;
}
