namespace Orchestrator.LocalHost.Runtime;

/// <summary>A durable timer. The clock posts <c>TimerFired</c>; the timer completes when that event is durable.</summary>
internal sealed class TimerOperation(int id, DateTime fireAt, Execution execution) : Operation(id)
{
    // A system timer is limited to about 49 days: longer waits start it several times.
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(30);

    private readonly TaskCompletionSource _source = new();
    private CancellationTokenRegistration _registration;
    private OrchestrationInstance? _owner;
    private ITimer? _timer;

    public Task Task => _source.Task;

    /// <summary>True: it has no effect outside, and the code may cancel it before it is durable.</summary>
    public override bool StartsBeforeDurable => true;

    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (timer, token) => ((TimerOperation)timer!).Cancel(token), this);
        }
    }

    public override void Start(OrchestrationInstance owner)
    {
        _owner = owner;

        // The timer is started after it was assigned, because its callback may start it again.
        _timer = owner.Time.CreateTimer(static timer => ((TimerOperation)timer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(NextWait(owner), Timeout.InfiniteTimeSpan);
    }

    public override void Succeed(string? result)
    {
        Abandon();
        _source.TrySetResult();
    }

    public override void Abandon()
    {
        _timer?.Dispose();
        _registration.Dispose();
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (!execution.IsActive)
        {
            execution.Post(_ => Cancel(cancellationToken), null);
            return;
        }

        if (execution.Remove(Id))
        {
            _timer?.Dispose();
            _source.TrySetCanceled(cancellationToken);
        }
    }

    private void Tick()
    {
        if (_owner is not { } owner)
        {
            return;
        }

        if (owner.UtcNow >= fireAt)
        {
            owner.FireTimer(Id);
        }
        else
        {
            // System timers have a resolution of milliseconds and may fire a fraction early.
            _timer?.Change(NextWait(owner), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan NextWait(OrchestrationInstance owner) => WaitUntil(fireAt, owner.UtcNow);

    /// <summary>The time for which a system timer can be started to wait until a time, in whole milliseconds.</summary>
    public static TimeSpan WaitUntil(DateTime due, DateTime now)
    {
        var wait = due - now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero
            : wait > MaxWait ? MaxWait
            : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }
}
