using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>Something the scheduler wants done or known.</summary>
public abstract record SchedulerCommand
{
    /// <summary>Execute attempt number <paramref name="Attempt"/> of a step.</summary>
    /// <param name="NotBefore">The earliest moment at which work may begin, at most 5 s ahead; null: at once.</param>
    public sealed record StartStep(int Step, int Attempt, DateTimeOffset ReadyAt, DateTimeOffset? NotBefore) : SchedulerCommand
    {
        /// <summary>The number of the turn of a repeated step, from 1.</summary>
        public int Turn { get; init; } = 1;

        /// <summary>The number of the attempt within its turn, from 1.</summary>
        public int TurnAttempt { get; init; } = 1;

        /// <summary>When all attempts together must be done; null: no limit, or the first attempt, which sets it.</summary>
        public DateTimeOffset? Deadline { get; init; }

        /// <summary>When the whole run must be done; null: no limit, or a final step.</summary>
        public RunDeadline? RunDeadline { get; init; }

        /// <summary>Steps whose end did not stop the run although a cancellation names them: such cancellations are ignored. Null for none.</summary>
        public IReadOnlyList<DecidingStep>? Disregarded { get; init; }

        /// <summary>For a join of the first success: the dependencies that had completed, which are all that the step may read of them. Null otherwise.</summary>
        public IReadOnlyList<int>? Available { get; init; }

        /// <summary>How the steps whose records it reads ended, as far as they have no output; null when there are none.</summary>
        public IReadOnlyList<EndedStep>? Observed { get; init; }

        /// <summary>
        /// The step's failure: the step does not work, but is recorded with the substitute for its output, which holds no slot. Null: it works.
        /// </summary>
        public WorkflowError? Failure { get; init; }

        /// <summary>With <see cref="Failure"/>, the fallback step whose output is taken over; null for the value that the step's rule gives.</summary>
        public int? Adopt { get; init; }
    }

    /// <summary>Tell executing steps to end; what they still answer counts.</summary>
    /// <param name="Reason">What they will record: <see cref="StepReason"/>.</param>
    /// <param name="DecidedBy">The step whose failure decided it; null: a caller's request, or the run's time.</param>
    public sealed record CancelExecuting(string Reason, DecidingStep? DecidedBy = null) : SchedulerCommand;

    /// <summary>Tell <see cref="SchedulerFact.TimerFired"/> at <paramref name="DueAt"/>.</summary>
    public sealed record StartTimer(int Timer, DateTimeOffset DueAt) : SchedulerCommand;

    /// <summary>The timer is not wanted any more.</summary>
    public sealed record CancelTimer(int Timer) : SchedulerCommand;

    /// <summary>For the record: what became of a step without executing it: ready (it waits for a slot), skipped, cancelled or failed.</summary>
    public sealed record RecordStatus(int Step, StepStatus Status, string? Reason) : SchedulerCommand
    {
        /// <summary>The failure of a step that failed; null otherwise.</summary>
        public WorkflowError? Error { get; init; }

        /// <summary>The latest attempt of a step that failed, 0 for none; null otherwise.</summary>
        public int? Attempt { get; init; }
    }

    /// <summary>The run is over and nothing executes; the last command.</summary>
    public sealed record CompleteRun(RunStatus Status, WorkflowError? Error) : SchedulerCommand
    {
        /// <summary>How the steps whose records the run's outputs read ended, as far as they have no output; null when there are none.</summary>
        public IReadOnlyList<EndedStep>? Observed { get; init; }
    }
}

/// <summary>How a step ended without an output, for a step that reads its record: the decision about it has no record of its own.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Status">Failed, Skipped or Cancelled.</param>
public sealed record EndedStep(int Step, StepStatus Status)
{
    /// <summary>Its failure; null when it has none, or when the record of its latest attempt has it.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>When the whole run must be done; suspensions after <paramref name="KnownAt"/> move it.</summary>
/// <param name="KnownAt">The moment up to which suspensions are counted in.</param>
public sealed record RunDeadline(DateTimeOffset At, DateTimeOffset KnownAt);
