using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Ends an executing step when the run's time is over, also while the orchestrator's own timer waits in a queue. The clock is read once; from then on the
/// process's own time counts. Disposing it ends the waiting.
/// </summary>
internal sealed class DeadlineWatch(RunControl control, RunWatch watch, ExecuteStepInput call, TimeProvider time) : IDisposable
{
    /// <summary>Maximum length of one wait: a timer takes at most 49 days, and a wrong clock may set a later deadline.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _done = new();
    private readonly long _started = time.GetTimestamp();
    private readonly TimeSpan _first = call.RunDeadline is { } deadline ? Left(deadline, watch, call, time.GetUtcNow()) : Timeout.InfiniteTimeSpan;

    /// <summary>Begins to wait. When the time is over already, the step has been told to end before this completes.</summary>
    public async Task StartAsync()
    {
        if (call.RunDeadline is not null && (_first > TimeSpan.Zero ? _first : await LookAsync()) is { } wait)
        {
            _ = WaitAsync(wait);
        }
    }

    public void Dispose() => _done.Cancel();

    /// <summary>What is left when the execution begins. A clock that was set back since the orchestrator asked for it makes it no longer.</summary>
    private static TimeSpan Left(RunDeadline deadline, RunWatch watch, ExecuteStepInput call, DateTimeOffset now)
    {
        var begun = now > deadline.KnownAt ? now : deadline.KnownAt;
        return deadline.At - begun + watch.Before.SuspendedBetween(call.RunAttempt, deadline.KnownAt, begun);
    }

    private async Task WaitAsync(TimeSpan first)
    {
        for (TimeSpan? wait = first; wait is { } duration; wait = await LookAsync())
        {
            await Task.Delay(duration < LongestWait ? duration : LongestWait, time, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends the step when there is no time left. Suspensions recorded in control.json extend the time.</summary>
    /// <returns>How long to wait before the next look; null: there will be none.</returns>
    private async Task<TimeSpan?> LookAsync()
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
            // Without the store it is unknown whether the run was suspended, so the step goes on until the store is back.
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
