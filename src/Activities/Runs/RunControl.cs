using System.Collections.Concurrent;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Carries the wish to cancel a run to its executing steps: durably through <c>control.json</c>, and at once to those of this process.
/// Thread-safe.
/// </summary>
public sealed class RunControl(IContentStore store) : IDisposable
{
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

    private RunCancellation Of(string runId, int runAttempt) => _cancellations.GetOrAdd((runId, runAttempt), _ => new RunCancellation());

    private async Task<Control?> FindAsync(string runId, int runAttempt, CancellationToken cancellationToken) =>
        await store.ReadAsync<Control>(RunKeys.Control(runId), cancellationToken) is var (control, _) && control.CancelledAttempt == runAttempt
            ? control
            : null;

    private sealed record Control(int CancelledAttempt, string Reason);
}
