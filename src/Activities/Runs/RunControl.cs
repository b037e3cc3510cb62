using System.Collections.Concurrent;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Carries the wish to cancel a run to its executing steps: durably through <c>control.json</c>, and at once to those of this process.
/// Thread-safe.
/// </summary>
public sealed class RunControl(IContentStore store) : IDisposable
{
    private readonly ConcurrentDictionary<(string RunId, int RunAttempt), CancellationTokenSource> _sources = new();

    /// <summary>Asks the executing steps of the attempt to end. Doing it twice changes nothing.</summary>
    public async Task CancelAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        await store.PutAsync(RunKeys.Control(runId), JsonContent.Bytes(new Control(runAttempt)), cancellationToken);
        await Source(runId, runAttempt).CancelAsync();
    }

    /// <summary>A token that fires when the attempt is cancelled; already fired when it was.</summary>
    public async Task<CancellationToken> WatchAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        var source = Source(runId, runAttempt);
        if (!source.IsCancellationRequested
            && await store.ReadAsync<Control>(RunKeys.Control(runId), cancellationToken) is var (control, _)
            && control.CancelledAttempt == runAttempt)
        {
            await source.CancelAsync();
        }

        return source.Token;
    }

    /// <summary>Lets go of what is kept in memory for an attempt that has ended.</summary>
    public void Forget(string runId, int runAttempt)
    {
        if (_sources.TryRemove((runId, runAttempt), out var source))
        {
            source.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var key in _sources.Keys)
        {
            Forget(key.RunId, key.RunAttempt);
        }
    }

    private CancellationTokenSource Source(string runId, int runAttempt) =>
        _sources.GetOrAdd((runId, runAttempt), _ => new CancellationTokenSource());

    private sealed record Control(int CancelledAttempt);
}
