using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Testing;

/// <summary>
/// Microsoft's <see cref="FakeTimeProvider"/> for code that arms timers on its own threads. It adds what that one cannot do: a test can wait until
/// a timer is armed; each timer fires at its own due time, inside <see cref="Advance"/>, on the caller's thread, in the order in which they were
/// armed; and the wall clock can be set in either direction while timers and timestamps go on. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A test that waits for time must know that the code under test is already waiting: await <see cref="WhenTimersAsync"/> before
/// <see cref="Advance"/>, never a sleep.</para>
/// <para>The timers are not those of the base class: it fires them all at the end of an advance, on whichever thread reads the clock or arms a timer
/// just then, and one that is due at once inside <see cref="CreateTimer"/>, under the locks of the code under test. Runs would not repeat.</para>
/// </remarks>
/// <param name="start">The first instant; null means 2030-01-01T00:00:00Z.</param>
public sealed class SteppedTimeProvider(
    DateTimeOffset? start = null) : FakeTimeProvider(start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly Lock _gate = new();
    private readonly SortedSet<SteppedTimer> _timers = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Reached)> _waiters = [];
    private TimeSpan _set;
    private long _sequence;

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
            return base.GetUtcNow() + _set;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SteppedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires everything that becomes due, timers armed by the callbacks included.</summary>
    /// <param name="delta">How far; zero fires what is due now.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is negative: time does not go back.</exception>
    public new void Advance(TimeSpan delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delta, TimeSpan.Zero);
        var target = GetTimestamp() + delta.Ticks;
        while (TakeDue(target) is { } due)
        {
            due.Fire();
        }

        lock (_gate)
        {
            MoveTo(target);
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
        long? due;
        lock (_gate)
        {
            due = _timers.Min?.Due;
        }

        if (due is not { } next)
        {
            return false;
        }

        Advance(TimeSpan.FromTicks(Math.Max(0, next - GetTimestamp())));
        return true;
    }

    /// <summary>Completes as soon as at least <paramref name="count"/> timers are armed; at once when they are already.</summary>
    /// <param name="count">1 or more.</param>
    public Task WhenTimersAsync(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return WhenAsync(() => _timers.Count >= count);
    }

    /// <summary>
    /// Completes as soon as a timer is armed that is due so long from now, whatever other timers there are; at once when there is one.
    /// </summary>
    public Task WhenTimerDueInAsync(TimeSpan wait) => WhenAsync(() => _timers.Any(timer => timer.Due - GetTimestamp() == wait.Ticks));

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

    private SteppedTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } first || first.Due > target)
            {
                return null;
            }

            MoveTo(first.Due);
            _timers.Remove(first);
            if (first.Period > TimeSpan.Zero)
            {
                Add(first, first.Period);
            }

            return first;
        }
    }

    /// <summary>A callback may have moved the clock further already.</summary>
    private void MoveTo(long ticks)
    {
        if (ticks > GetTimestamp())
        {
            SetUtcNow(new DateTimeOffset(ticks, TimeSpan.Zero));
        }
    }

    private void Add(SteppedTimer timer, TimeSpan wait)
    {
        timer.Due = GetTimestamp() + wait.Ticks;
        timer.Sequence = _sequence++;
        _timers.Add(timer);
    }

    private bool Arm(SteppedTimer timer, TimeSpan dueTime, TimeSpan period)
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

            timer.Period = period;
            Add(timer, dueTime);
            foreach (var (_, reached) in _waiters.Where(waiter => waiter.Holds()))
            {
                reached.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Reached.Task.IsCompleted);
            return true;
        }
    }

    private void Disarm(SteppedTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _timers.Remove(timer);
        }
    }

    private sealed class SteppedTimer(SteppedTimeProvider owner, TimerCallback callback, object? state) : ITimer, IComparable<SteppedTimer>
    {
        public long Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Sequence { get; set; }

        public bool Disposed { get; set; }

        public int CompareTo(SteppedTimer? other) => other is null ? 1 : (Due, Sequence).CompareTo((other.Due, other.Sequence));

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
