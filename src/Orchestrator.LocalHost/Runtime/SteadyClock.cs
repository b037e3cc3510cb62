namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The clock of a host: while an instance executes activities or waits for timers, time goes on as the monotonic clock does, from what the wall clock
/// showed when the first one began to. So a wall clock that is set (by a time server, or when a machine wakes up) neither delays what waits nor lengthens
/// what is measured. Otherwise it shows the wall clock. Give one clock to the host and to everything that measures inside its activities. Thread safe.
/// </summary>
/// <param name="clock">The machine's clock; tests give their own.</param>
public sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly Lock _gate = new();
    private Anchor? _anchor;
    private int _holds;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        Volatile.Read(ref _anchor) is { } anchor ? anchor.At + clock.GetElapsedTime(anchor.Timestamp) : clock.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);

    /// <summary>From now on the wall clock does not count, until every hold is released.</summary>
    internal void Hold()
    {
        lock (_gate)
        {
            if (_holds++ == 0)
            {
                Volatile.Write(ref _anchor, new Anchor(clock.GetUtcNow(), clock.GetTimestamp()));
            }
        }
    }

    /// <summary>Ends one <see cref="Hold"/>.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            if (--_holds == 0)
            {
                Volatile.Write(ref _anchor, null);
            }
        }
    }

    private sealed record Anchor(DateTimeOffset At, long Timestamp);
}
