namespace Orchestrator.LocalHost.Runtime;

/// <summary>A durable timer. The clock only posts "it is time"; the timer has fired when that is in the history.</summary>
internal sealed class TimerOperation(int id, DateTime fireAt, Execution execution) : Operation(id)
{
    // A single timer of the system reaches about 49 days: longer ones are armed again on the way.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly TaskCompletionSource _source = new();
    private CancellationTokenRegistration _registration;
    private OrchestrationInstance? _owner;
    private ITimer? _timer;

    public Task Task => _source.Task;

    public void CancelWith(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _registration = cancellation.UnsafeRegister(static (timer, token) => ((TimerOperation)timer!).Cancel(token), this);
        }
    }

    public override void Start(OrchestrationInstance owner)
    {
        _owner = owner;

        // Armed once it is in its place: a tick that comes before its time arms it again.
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

    private void Cancel(CancellationToken cancellation)
    {
        if (!execution.IsActive)
        {
            execution.Post(_ => Cancel(cancellation), null);
            return;
        }

        if (execution.Forget(Id))
        {
            _timer?.Dispose();
            _source.TrySetCanceled(cancellation);
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
            owner.TimerIsDue(Id);
        }
        else
        {
            // The system's timers count whole milliseconds and may come a fraction of one early.
            _timer?.Change(NextWait(owner), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan NextWait(OrchestrationInstance owner)
    {
        var wait = fireAt - owner.UtcNow;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero
            : wait > LongestWait ? LongestWait
            : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }
}
