using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>An event that the scheduler must take into account. Immutable.</summary>
/// <param name="At">When it happened; never before the fact that was applied last.</param>
public abstract record SchedulerFact(DateTimeOffset At)
{
    /// <summary>The run begins: the first fact, once.</summary>
    public sealed record RunStarted(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>An attempt of a step ended.</summary>
    /// <param name="Step">Position in the plan.</param>
    /// <param name="Attempt">The number of the attempt, as in <see cref="SchedulerCommand.StartStep"/>.</param>
    public sealed record StepEnded(DateTimeOffset At, int Step, int Attempt, StepOutcome Outcome) : SchedulerFact(At)
    {
        /// <summary>
        /// Whether the attempt has a record, and its end was reported to the feed; false for one whose activity call failed. Default true.
        /// </summary>
        public bool IsRecorded { get; init; } = true;
    }

    /// <summary>A timer that the scheduler asked for is due. A timer that it has cancelled is ignored.</summary>
    public sealed record TimerFired(DateTimeOffset At, int Timer) : SchedulerFact(At);

    /// <summary>A caller asked that no step starts; executing steps go on. Ignored unless the run is running.</summary>
    public sealed record SuspendRequested(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>A caller asked that a suspended run goes on. Ignored unless it is suspended.</summary>
    public sealed record ContinueRequested(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>
    /// A caller asked for the run to be cancelled. Ignored once it was cancelled or its time limit has passed, or only final steps are left.
    /// </summary>
    public sealed record CancelRequested(DateTimeOffset At) : SchedulerFact(At);
}
