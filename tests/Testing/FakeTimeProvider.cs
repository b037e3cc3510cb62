namespace Orchestrator.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, on the caller's thread, in the order in which
/// they are due, each at its own due time. Like a machine it has two clocks: timers and timestamps follow the one that only goes forward;
/// <see cref="SetClock"/> sets the other one. Thread safe.
/// </summary>
/// <remarks>
/// A test that waits for time must know that the code under test is already waiting: await <see cref="WhenTimersAsync"/> before
/// <see cref="Advance"/>, never a sleep.
/// </remarks>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<FakeTimer> _timers = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Reached)> _waiters = [];
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private TimeSpan _set;
    private long _sequence;

    /// <summary>Starts the clock.</summary>
    /// <param name="start">The first instant; null means 2030-01-01T00:00:00Z.</param>
    public FakeTimeProvider(DateTimeOffset? start = null)
    {
        _start = start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _now = _start;
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are armed: created, not disposed, and due some day.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now + _set;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return (_now - _start).Ticks;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires everything that becomes due, timers armed by the callbacks included.</summary>
    /// <param name="delta">How far; zero fires what is due now.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is negative: time does not go back.</exception>
    public void Advance(TimeSpan delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delta, TimeSpan.Zero);
        DateTimeOffset target;
        lock (_gate)
        {
            target = _now + delta;
        }

        while (TakeDue(target) is { } due)
        {
            due.Fire();
        }

        lock (_gate)
        {
            _now = target > _now ? target : _now;
        }
    }

    /// <summary>Sets the wall clock, as a time server does: no timer fires, and timestamps go on as if nothing had happened.</summary>
    /// <param name="by">How far, in either direction.</param>
    public void SetClock(TimeSpan by)
    {
        lock (_gate)
        {
            _set += by;
        }
    }

    /// <summary>Moves the clock to an instant, as <see cref="Advance"/> does.</summary>
    /// <param name="instant">Must not lie in the past.</param>
    public void AdvanceTo(DateTimeOffset instant) => Advance(instant - GetUtcNow());

    /// <summary>Moves the clock to the next armed timer and fires what is due then.</summary>
    /// <returns>False when no timer is armed; the clock stands still then.</returns>
    public bool AdvanceToNextTimer()
    {
        TimeSpan? wait;
        lock (_gate)
        {
            wait = _timers.Min?.Due - _now;
        }

        if (wait is not { } delta)
        {
            return false;
        }

        Advance(delta > TimeSpan.Zero ? delta : TimeSpan.Zero);
        return true;
    }

    /// <summary>Completes as soon as at least <paramref name="count"/> timers are armed; at once when they are already.</summary>
    /// <param name="count">1 or more.</param>
    public Task WhenTimersAsync(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return WhenAsync(() => _timers.Count >= count);
    }

    /// <summary>Completes as soon as a timer is armed that is due so long from now, whatever other timers there are; at once when there is one.</summary>
    public Task WhenTimerDueInAsync(TimeSpan wait) => WhenAsync(() => _timers.Any(timer => timer.Due - _now == wait));

    private Task WhenAsync(Func<bool> holds)
    {
        lock (_gate)
        {
            if (holds())
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((holds, reached));
            return reached.Task;
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset target)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } first || first.Due > target)
            {
                return null;
            }

            _now = first.Due > _now ? first.Due : _now;
            _timers.Remove(first);
            if (first.Period > TimeSpan.Zero)
            {
                first.Due = _now + first.Period;
                first.Sequence = _sequence++;
                _timers.Add(first);
            }

            return first;
        }
    }

    private bool Arm(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (timer.Disposed)
            {
                return false;
            }

            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return true;
            }

            timer.Due = _now + dueTime;
            timer.Period = period;
            timer.Sequence = _sequence++;
            _timers.Add(timer);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Holds())
                {
                    _waiters[i].Reached.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }

            return true;
        }
    }

    private void Disarm(FakeTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _timers.Remove(timer);
        }
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer, IComparable<FakeTimer>
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Sequence { get; set; }

        public bool Disposed { get; set; }

        public int CompareTo(FakeTimer? other) => other is null ? 1 : (Due, Sequence).CompareTo((other.Due, other.Sequence));

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "A timer is due now, later, or never (Timeout.InfiniteTimeSpan).");
            }

            return owner.Arm(this, dueTime, period);
        }

        public void Dispose() => owner.Disarm(this);

        public ValueTask DisposeAsync()
        {
            owner.Disarm(this);
            return ValueTask.CompletedTask;
        }
    }
}
