using Orchestrator.Activities.Checkpoints;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// The time of one execution of an attempt: it begins no earlier than the moment at which the orchestrator asked for it, and goes on with the
/// monotonic clock. So durations, waits and the orchestrator's deadlines do not depend on a wall clock that is set.
/// </summary>
internal sealed class AttemptClock
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _from;
    private readonly long _timestamp;

    public AttemptClock(ExecuteStepInput call, TimeProvider time)
    {
        var (asked, now) = (call.AskedAt ?? call.ReadyAt, time.GetUtcNow());
        (_time, _from, _timestamp) = (time, now > asked ? now : asked, time.GetTimestamp());
    }

    public DateTimeOffset Now => _from + _time.GetElapsedTime(_timestamp);
}
