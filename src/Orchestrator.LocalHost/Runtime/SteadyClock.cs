namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The clock of a host. While an instance runs activities or waits for timers, the clock follows the monotonic clock, from the wall-clock time at
/// which the first such instance started; otherwise it shows the wall clock. So a wall clock that is set changes neither waits nor measured
/// durations. Share one clock between the host and the code that measures time in its activities. Thread-safe.
/// </summary>
/// <param name="clock">The system's clock, or that of a test.</param>
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

    /// <summary>Follows the monotonic clock until all holds are released.</summary>
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
