using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Carries what is asked of a run to those who work on it: durably through <c>control.json</c>, at once to those of this process, and within
/// two seconds to those of others. Keeps nothing in memory for a run that nobody watches. Thread-safe.
/// </summary>
/// <param name="isShared">Whether other processes ask something of the steps that execute in this one.</param>
/// <param name="logger">Is told of what cannot be read; null: nothing is.</param>
public sealed class RunControl(IContentStore store, TimeProvider time, bool isShared, ILogger<RunControl>? logger = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Listeners> _listeners = new(StringComparer.Ordinal);
    private string? _unreadable;

    /// <summary>How often what other processes ask is looked for.</summary>
    public static TimeSpan LookInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How many runs are watched in this process.</summary>
    internal int Watched
    {
        get
        {
            lock (_gate)
            {
                return _listeners.Count;
            }
        }
    }

    /// <summary>Asks the executing steps of the attempt to end. May be repeated.</summary>
    /// <param name="reason">What the steps will record as the reason.</param>
    public Task CancelAsync(string runId, int runAttempt, string reason, CancellationToken cancellationToken) =>
        CancelAsync(runId, runAttempt, reason, null, cancellationToken);

    /// <summary>The same for a decision of the run's own.</summary>
    /// <param name="decidedBy">The step whose end decided it; null: the run's time.</param>
    public Task CancelAsync(string runId, int runAttempt, string reason, DecidingStep? decidedBy, CancellationToken cancellationToken) =>
        ChangeAsync(runId, requests => requests.With(new ScopeCancellation(runAttempt, "", reason, decidedBy)), cancellationToken);

    /// <summary>Writes down that nothing new is to start: from now on the run's time stands still. May be repeated.</summary>
    public Task SuspendAsync(string runId, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(runId, requests => requests.Suspended(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>Writes down that a suspended run is to go on. Changes nothing when it is not suspended.</summary>
    public Task ContinueAsync(string runId, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(runId, requests => requests.Continued(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>All that was asked of the run, of each of its attempts. A damaged or newer <c>control.json</c> asks for nothing.</summary>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    public async Task<RunRequests> ReadAsync(string runId, CancellationToken cancellationToken) =>
        (await FindAsync(runId, cancellationToken))?.Value ?? RunRequests.None;

    /// <summary>What tells an executing step to end; fired already when it was asked for before.</summary>
    /// <param name="applies">Which cancellations are meant for it.</param>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    internal async Task<RunWatch> WatchAsync(string runId, Func<ScopeCancellation, bool> applies, CancellationToken cancellationToken)
    {
        var watch = RunWatch.Of(applies, tell => Listen(runId, isShared, tell));
        try
        {
            // Only now: what is asked from here on is told.
            if ((await ReadAsync(runId, cancellationToken)).Cancellations.FirstOrDefault(applies) is { } cancellation)
            {
                await watch.EndAsync(cancellation);
            }

            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private async Task ChangeAsync(string runId, Func<RunRequests, RunRequests> change, CancellationToken cancellationToken)
    {
        var key = RunKeys.Control(runId);
        while (true)
        {
            var stored = await FindAsync(runId, cancellationToken);
            var present = stored?.Value ?? RunRequests.None;
            var changed = change(present);
            if (ReferenceEquals(changed, present)
                || (stored is null
                    ? await store.CreateAsync(key, JsonContent.Bytes(changed), cancellationToken)
                    : await store.ReplaceAsync(key, JsonContent.Bytes(changed), stored.Value.ETag, cancellationToken)) is not null)
            {
                await TellAsync(runId, changed);
                return;
            }
        }
    }

    /// <summary>
    /// What is stored, and its ETag. What cannot be read counts as nothing asked: otherwise one bad file would fail every step that begins, and end the looks of
    /// those that execute. The next request writes it anew.
    /// </summary>
    private async Task<(RunRequests Value, string ETag)?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunRequests>(RunKeys.Control(runId), cancellationToken);
        }
        catch (UnreadableRecordException problem) when (problem.ETag is { } etag)
        {
            // It is looked at again and again, but is news only once.
            if (Interlocked.Exchange(ref _unreadable, $"{problem.Key} {etag}") != $"{problem.Key} {etag}")
            {
                logger?.LogWarning(
                    "{Problem} What was asked of run '{Run}' before is not known, so its steps go on; cancel or suspend it again if that was asked.",
                    problem.Message, runId);
            }

            return (RunRequests.None, etag);
        }
    }

    private Task TellAsync(string runId, RunRequests requests)
    {
        Func<RunRequests, Task>[] tell;
        lock (_gate)
        {
            tell = _listeners.TryGetValue(runId, out var listeners) ? [.. listeners.All] : [];
        }

        return Task.WhenAll(tell.Select(listener => listener(requests)));
    }

    /// <param name="looks">Whether the store is to be looked at for what other processes ask.</param>
    private Listening Listen(string runId, bool looks, Func<RunRequests, Task> listener)
    {
        lock (_gate)
        {
            if (!_listeners.TryGetValue(runId, out var listeners))
            {
                _listeners.Add(runId, listeners = new Listeners());
            }

            listeners.All.Add(listener);
            if (looks && listeners.Looking is null)
            {
                listeners.Looking = new CancellationTokenSource();
                _ = LookAsync(runId, listeners.Looking.Token);
            }
        }

        return new Listening(this, runId, listener);
    }

    private void Leave(string runId, Func<RunRequests, Task> listener)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue(runId, out var listeners) && listeners.All.Remove(listener) && listeners.All.Count == 0)
            {
                _listeners.Remove(runId);
                listeners.Looking?.Cancel();
            }
        }
    }

    private async Task LookAsync(string runId, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(LookInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            if (await TryReadAsync(runId, stop) is { } requests)
            {
                await TellAsync(runId, requests);
            }
        }
    }

    /// <summary>Null when the store is away: it is asked again at the next look.</summary>
    private async Task<RunRequests?> TryReadAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(runId, cancellationToken);
        }
        catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
        {
            return null;
        }
    }

    private sealed class Listeners
    {
        public HashSet<Func<RunRequests, Task>> All { get; } = [];

        public CancellationTokenSource? Looking { get; set; }
    }

    private sealed class Listening(RunControl control, string runId, Func<RunRequests, Task> listener) : IDisposable
    {
        public void Dispose() => control.Leave(runId, listener);
    }
}
