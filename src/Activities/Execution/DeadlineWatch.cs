using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Cancels an executing step when the run's time limit has passed, even while the orchestrator's own timer waits in a queue. The wall clock is read
/// once; then the monotonic clock of the process counts. For one execution; disposing it ends the wait.
/// </summary>
internal sealed class DeadlineWatch(RunControl control, RunWatch watch, ExecuteStepInput call, RunDeadline deadline, TimeProvider time) : IDisposable
{
    /// <summary>Maximum length of one wait: a timer takes at most 49 days, and a wrong clock can make the deadline later than that.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _done = new();
    private readonly long _started = time.GetTimestamp();
    private readonly TimeSpan _first = Left(deadline, watch, call, time.GetUtcNow());

    /// <summary>Starts the wait. When the limit has passed already, the step is cancelled before this completes.</summary>
    public async Task StartAsync()
    {
        if ((_first > TimeSpan.Zero ? _first : await CheckAsync()) is { } wait)
        {
            _ = WaitAsync(wait);
        }
    }

    /// <summary>Ends the wait.</summary>
    public void Dispose() => _done.Cancel();

    /// <summary>
    /// The time that is left when the execution begins. It is not longer when the clock was set back after the orchestrator scheduled the execution.
    /// </summary>
    private static TimeSpan Left(RunDeadline deadline, RunWatch watch, ExecuteStepInput call, DateTimeOffset now)
    {
        var begun = now > deadline.KnownAt ? now : deadline.KnownAt;
        return deadline.At - begun + watch.Before.SuspendedBetween(call.RunAttempt, deadline.KnownAt, begun);
    }

    private async Task WaitAsync(TimeSpan first)
    {
        for (TimeSpan? wait = first; wait is { } duration; wait = await CheckAsync())
        {
            var next = duration < LongestWait ? duration : LongestWait;
            await Task.Delay(next, time, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cancels the step when no time is left. Suspensions in control.json extend the time.</summary>
    /// <returns>How long to wait before the next check; null: no further check.</returns>
    private async Task<TimeSpan?> CheckAsync()
    {
        if (_done.IsCancellationRequested)
        {
            return null;
        }

        RunRequests requests;
        try
        {
            requests = await control.ReadAsync(call.Run, _done.Token);
        }
        catch (ContentStoreException)
        {
            // Without the store it is not known whether the run was suspended, so the step continues until the store is available.
            return RunControl.PollInterval;
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        var left = _first - time.GetElapsedTime(_started) + watch.Suspended;
        if (requests.IsSuspended(call.RunAttempt))
        {
            return left > RunControl.PollInterval ? left : RunControl.PollInterval;
        }

        if (left > TimeSpan.Zero)
        {
            return left;
        }

        await watch.EndAsync(new ScopeCancellation(call.RunAttempt, "", StepReason.Timeout, null));
        return null;
    }
}
