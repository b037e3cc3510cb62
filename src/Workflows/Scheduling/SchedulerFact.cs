using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>Something that happened, told to the scheduler.</summary>
/// <param name="At">When it happened; never before the fact told last.</param>
public abstract record SchedulerFact(DateTimeOffset At)
{
    /// <summary>The run begins: the first fact, once.</summary>
    public sealed record RunStarted(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>An attempt of a step ended.</summary>
    public sealed record StepEnded(DateTimeOffset At, int Step, int Attempt, StepOutcome Outcome) : SchedulerFact(At)
    {
        /// <summary>The attempt has a record, and the feed knows how it ended; false for one whose call broke.</summary>
        public bool IsRecorded { get; init; } = true;
    }

    /// <summary>A timer that the scheduler asked for is due.</summary>
    public sealed record TimerFired(DateTimeOffset At, int Timer) : SchedulerFact(At);

    /// <summary>A caller asked that nothing new starts; what executes goes on.</summary>
    public sealed record SuspendRequested(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>A caller asked that a suspended run goes on.</summary>
    public sealed record ContinueRequested(DateTimeOffset At) : SchedulerFact(At);

    /// <summary>A caller asked for the run to be cancelled.</summary>
    public sealed record CancelRequested(DateTimeOffset At) : SchedulerFact(At);
}
