using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>An action that the scheduler asks for. Immutable.</summary>
public abstract record SchedulerCommand
{
    /// <summary>Execute an attempt of a step.</summary>
    /// <param name="Step">Position in the plan.</param>
    /// <param name="Attempt">The number of the attempt, from 1.</param>
    /// <param name="ReadyAt">When the step became ready.</param>
    /// <param name="NotBefore">The earliest moment at which work may begin, at most 5 s ahead; null: at once.</param>
    public sealed record StartStep(int Step, int Attempt, DateTimeOffset ReadyAt, DateTimeOffset? NotBefore) : SchedulerCommand
    {
        /// <summary>The number of the turn of a repeated step, from 1.</summary>
        public int Turn { get; init; } = 1;

        /// <summary>The number of the attempt within its turn, from 1.</summary>
        public int TurnAttempt { get; init; } = 1;

        /// <summary>When all attempts together must be done; null: no limit, or the first attempt, whose start sets it.</summary>
        public DateTimeOffset? Deadline { get; init; }

        /// <summary>When the whole run must be done; null: no limit, or a final step.</summary>
        public RunDeadline? RunDeadline { get; init; }

        /// <summary>Steps whose end did not stop the run although a cancellation names them: such cancellations are ignored. Null for none.</summary>
        public IReadOnlyList<DecidingStep>? Disregarded { get; init; }

        /// <summary>
        /// For a join of the first success, the dependencies that had succeeded: the step may read no others. Null for other joins.
        /// </summary>
        public IReadOnlyList<int>? Available { get; init; }

        /// <summary>How the steps whose records it reads ended, as far as they have no output; null if all have one.</summary>
        public IReadOnlyList<EndedStep>? Observed { get; init; }

        /// <summary>
        /// The failure of a step that does no work in this attempt, but is recorded with another output; it holds no slot. Null: it works.
        /// </summary>
        public WorkflowError? Failure { get; init; }

        /// <summary>
        /// With <see cref="Failure"/>, the position of the fallback step whose output is taken over; null for the value that the step's rule gives.
        /// </summary>
        public int? Adopt { get; init; }
    }

    /// <summary>Cancel the executing steps. They still report an outcome, and it counts.</summary>
    /// <param name="Reason">The reason that they record, one of <see cref="StepReason"/>.</param>
    /// <param name="DecidedBy">The step whose failure decided it; null: a caller's request, or the run's time limit.</param>
    public sealed record CancelExecuting(string Reason, DecidingStep? DecidedBy = null) : SchedulerCommand;

    /// <summary>Apply <see cref="SchedulerFact.TimerFired"/> at <paramref name="DueAt"/>.</summary>
    /// <param name="Timer">The number of the timer, unique within the run.</param>
    public sealed record StartTimer(int Timer, DateTimeOffset DueAt) : SchedulerCommand;

    /// <summary>Cancel a timer that is not needed any more.</summary>
    public sealed record CancelTimer(int Timer) : SchedulerCommand;

    /// <summary>Report to the feed what became of a step without an attempt: ready (it waits for a slot), skipped, cancelled or failed.</summary>
    /// <param name="Step">Position in the plan.</param>
    /// <param name="Reason">For a skipped or cancelled step one of <see cref="StepReason"/>; null otherwise.</param>
    public sealed record RecordStatus(int Step, StepStatus Status, string? Reason) : SchedulerCommand
    {
        /// <summary>The failure of a step that failed; null otherwise.</summary>
        public WorkflowError? Error { get; init; }

        /// <summary>The latest attempt of a step that failed, 0 for none; null otherwise.</summary>
        public int? Attempt { get; init; }
    }

    /// <summary>Complete the run: nothing executes any more. The last command.</summary>
    /// <param name="Status">Completed, Failed, Cancelled or TimedOut.</param>
    /// <param name="Error">Why the run failed or timed out; null otherwise.</param>
    public sealed record CompleteRun(RunStatus Status, WorkflowError? Error) : SchedulerCommand
    {
        /// <summary>How the steps whose records the run's outputs read ended, as far as they have no output; null if all have one.</summary>
        public IReadOnlyList<EndedStep>? Observed { get; init; }
    }
}

/// <summary>How a step ended without an output, for a step that reads its record: a skipped step, for example, has no record of its own.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Status">Failed, Skipped or Cancelled.</param>
public sealed record EndedStep(int Step, StepStatus Status)
{
    /// <summary>Its failure; null when it has none, or when the record of its latest attempt contains it.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>When the whole run must be done. Suspensions after <paramref name="KnownAt"/> postpone it.</summary>
/// <param name="KnownAt">The moment up to which suspensions are included.</param>
public sealed record RunDeadline(DateTimeOffset At, DateTimeOffset KnownAt);
