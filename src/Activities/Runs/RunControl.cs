using System.Collections.Concurrent;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Carries the wish to cancel a run to its executing steps: durably through <c>control.json</c>, at once to those of this process, and
/// within five seconds to those of others. Thread-safe.
/// </summary>
/// <param name="isShared">Whether other processes work on the same runs.</param>
public sealed class RunControl(IContentStore store, TimeProvider time, bool isShared) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string RunId, int RunAttempt), RunCancellation> _cancellations = new();

    /// <summary>Asks the executing steps of the attempt to end. Of several wishes the first one's reason counts.</summary>
    /// <param name="reason">What the steps will record as the reason.</param>
    public async Task CancelAsync(string runId, int runAttempt, string reason, CancellationToken cancellationToken)
    {
        if (await FindAsync(runId, runAttempt, cancellationToken) is not { } control)
        {
            control = new Control(runAttempt, reason);
            await store.PutAsync(RunKeys.Control(runId), JsonContent.Bytes(control), cancellationToken);
        }

        await Of(runId, runAttempt).FireAsync(control.Reason);
    }

    /// <summary>What tells the steps of the attempt to end; fired already when somebody asked for it.</summary>
    public async Task<RunCancellation> WatchAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        var cancellation = Of(runId, runAttempt);
        if (!cancellation.Token.IsCancellationRequested && await FindAsync(runId, runAttempt, cancellationToken) is { } control)
        {
            await cancellation.FireAsync(control.Reason);
        }

        return cancellation;
    }

    /// <summary>Lets go of what is kept in memory for an attempt that has ended.</summary>
    public void Forget(string runId, int runAttempt)
    {
        if (_cancellations.TryRemove((runId, runAttempt), out var cancellation))
        {
            cancellation.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var key in _cancellations.Keys)
        {
            Forget(key.RunId, key.RunAttempt);
        }
    }

    private RunCancellation Of(string runId, int runAttempt) => _cancellations.GetOrAdd(
        (runId, runAttempt), run => new RunCancellation(isShared ? stop => PollAsync(run.RunId, run.RunAttempt, stop) : null));

    private async Task PollAsync(string runId, int runAttempt, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PollInterval, time, stop);
                if (await TryFindAsync(runId, runAttempt, stop) is { } control && _cancellations.TryGetValue((runId, runAttempt), out var cancellation))
                {
                    await cancellation.FireAsync(control.Reason);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants to know any more.
        }
    }

    /// <summary>A store that is away is asked again at the next look.</summary>
    private async Task<Control?> TryFindAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(runId, runAttempt, cancellationToken);
        }
        catch (ContentStoreException)
        {
            return null;
        }
    }

    private async Task<Control?> FindAsync(string runId, int runAttempt, CancellationToken cancellationToken) =>
        await store.ReadAsync<Control>(RunKeys.Control(runId), cancellationToken) is var (control, _) && control.CancelledAttempt == runAttempt
            ? control
            : null;

    private sealed record Control(int CancelledAttempt, string Reason) : IStoredRecord
    {
        public int Format { get; init; } = IStoredRecord.CurrentFormat;
    }
}
