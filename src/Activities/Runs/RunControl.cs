using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Carries requests about a run to its executing steps: durably through <c>control.json</c>, at once to those of this process, and within
/// two seconds to those of other processes; in the same way steps learn that the run was deleted or has ended. Keeps nothing in memory for a run that is not watched. Thread-safe.
/// </summary>
/// <param name="isShared">Whether other processes may write to the store: only then it is polled.</param>
/// <param name="logger">Gets a warning for each record that cannot be read; null: no log.</param>
public sealed class RunControl(IContentStore store, TimeProvider time, bool isShared = true, ILogger<RunControl>? logger = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunIdentity, Listeners> _listeners = [];
    private string? _unreadable;

    /// <summary>Interval between looks for requests of other processes.</summary>
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
    public Task CancelAsync(RunIdentity run, int runAttempt, string reason, CancellationToken cancellationToken) =>
        CancelAsync(run, runAttempt, reason, null, cancellationToken);

    /// <summary>The same for a decision of the run's own.</summary>
    /// <param name="decidedBy">The step whose end decided it; null: the run's time.</param>
    public Task CancelAsync(RunIdentity run, int runAttempt, string reason, DecidingStep? decidedBy, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.With(new ScopeCancellation(runAttempt, "", reason, decidedBy)), cancellationToken);

    /// <summary>Writes down that nothing new is to start: from now on the run's time stands still. May be repeated.</summary>
    public Task SuspendAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.Suspended(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>Writes down that a suspended run is to go on. Changes nothing when it is not suspended.</summary>
    public Task ContinueAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.Continued(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>All requests about the run, for each of its attempts. A damaged or newer <c>control.json</c> counts as none.</summary>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    public async Task<RunRequests> ReadAsync(RunIdentity run, CancellationToken cancellationToken) =>
        (await FindAsync(run.RunId, cancellationToken))?.Value is { } requests && requests.Stamp == run.Stamp ? requests : RunRequests.None;

    /// <summary>A watch that tells an executing step to end; it has fired already when the end was requested before.</summary>
    /// <param name="applies">Which cancellations are meant for it.</param>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    internal async Task<RunWatch> WatchAsync(RunIdentity run, int runAttempt, Func<ScopeCancellation, bool> applies, CancellationToken cancellationToken)
    {
        var watch = RunWatch.Of(runAttempt, applies, time, tell => Listen(run, tell));
        try
        {
            // Only now that the listener is registered: a request made from here on reaches it.
            var presence = await store.LookAsync(run, cancellationToken);
            await watch.BeginAsync(await ReadAsync(run, cancellationToken), presence);
            return presence.IsGone ? throw new RunGoneException(run) : watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private async Task ChangeAsync(RunIdentity run, Func<RunRequests, RunRequests> change, CancellationToken cancellationToken)
    {
        var key = RunKeys.Control(run.RunId);
        while (true)
        {
            var stored = await FindAsync(run.RunId, cancellationToken);
            if (stored is { Problem: { ETag: null } outOfReach })
            {
                throw outOfReach;
            }

            await store.CheckThereAsync(run, cancellationToken);
            var present = stored is { Value: var own } && own.Stamp == run.Stamp ? own : RunRequests.None with { Stamp = run.Stamp };
            var changed = change(present);
            if (ReferenceEquals(changed, present)
                || (stored is null
                    ? await store.CreateAsync(key, JsonContent.Bytes(changed), cancellationToken)
                    : await store.ReplaceAsync(key, JsonContent.Bytes(changed), stored.Value.ETag!, cancellationToken)) is not null)
            {
                await TellAsync(run, changed, default);
                return;
            }
        }
    }

    /// <summary>
    /// The stored requests and their ETag. An unreadable file counts as no request: otherwise it would fail every step that begins, and end the looks of
    /// those that execute. The next request writes it anew, unless it is out of reach.
    /// </summary>
    private async Task<(RunRequests Value, string? ETag, UnreadableRecordException? Problem)?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunRequests>(RunKeys.Control(runId), cancellationToken) is var (requests, etag) ? (requests, etag, null) : null;
        }
        catch (UnreadableRecordException problem)
        {
            // The file is read at every look, but the warning is logged only once.
            if (Interlocked.Exchange(ref _unreadable, $"{problem.Key} {problem.ETag}") != $"{problem.Key} {problem.ETag}")
            {
                logger?.RequestsUnreadable(problem.Message, runId);
            }

            return (RunRequests.None, problem.ETag, problem);
        }
    }

    private Task TellAsync(RunIdentity run, RunRequests requests, RunPresence presence)
    {
        Func<RunRequests, RunPresence, Task>[] tell;
        lock (_gate)
        {
            tell = _listeners.TryGetValue(run, out var listeners) ? [.. listeners.All] : [];
        }

        return Task.WhenAll(tell.Select(listener => listener(requests, presence)));
    }

    private Listening Listen(RunIdentity run, Func<RunRequests, RunPresence, Task> listener)
    {
        lock (_gate)
        {
            if (!_listeners.TryGetValue(run, out var listeners))
            {
                _listeners.Add(run, listeners = new Listeners());
                _ = isShared ? LookAsync(run, listeners.Left.Token) : Task.CompletedTask;
            }

            listeners.All.Add(listener);
        }

        return new Listening(this, run, listener);
    }

    private void Leave(RunIdentity run, Func<RunRequests, RunPresence, Task> listener)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue(run, out var listeners) && listeners.All.Remove(listener) && listeners.All.Count == 0)
            {
                _listeners.Remove(run);
                listeners.Left.Cancel();
            }
        }
    }

    /// <summary>Looks for requests of other processes: one look for all steps of the run that execute in this process.</summary>
    private async Task LookAsync(RunIdentity run, CancellationToken left)
    {
        while (true)
        {
            await Task.Delay(LookInterval, time, left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (left.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var presence = await store.LookAsync(run, left);
                await TellAsync(run, await ReadAsync(run, left), presence);
            }
            catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
            {
                // The store is away, or the last watch has ended. While one is left it is asked again at the next look.
            }
        }
    }

    private sealed class Listeners
    {
        public HashSet<Func<RunRequests, RunPresence, Task>> All { get; } = [];

        /// <summary>Fires when the last listener has left. Not disposed of: a look may hold its token.</summary>
        public CancellationTokenSource Left { get; } = new();
    }

    private sealed class Listening(RunControl control, RunIdentity run, Func<RunRequests, RunPresence, Task> listener) : IDisposable
    {
        public void Dispose() => control.Leave(run, listener);
    }
}
