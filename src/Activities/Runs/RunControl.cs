using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Delivers requests about a run to its executing steps: durably through <c>control.json</c>, at once to steps of this process, and within two
/// seconds to those of other processes. Steps learn in the same way that the run was deleted or has ended. Keeps nothing in memory for a run that is
/// not watched, except its last look. Thread-safe.
/// </summary>
/// <param name="isShared">Whether other processes may write to the store: only then it is polled.</param>
/// <param name="logger">Gets a warning when <c>control.json</c> cannot be read; null: no log.</param>
public sealed class RunControl(IContentStore store, TimeProvider time, bool isShared = true, ILogger<RunControl>? logger = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunIdentity, Listeners> _listeners = [];

    /// <summary>When each of the runs of the last seconds was seen, as a timestamp.</summary>
    private readonly Dictionary<RunIdentity, (RunPresence Presence, long At)> _seen = [];
    private string? _unreadable;

    /// <summary>Maximum number of runs whose last look is kept. A missing one costs a request.</summary>
    private const int MaxSeen = 1000;

    /// <summary>How often the store is polled for requests of other processes.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How many runs are watched in this process: for the test that nothing stays behind.</summary>
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

    /// <summary>Cancels the executing steps of the attempt. May be repeated.</summary>
    /// <param name="reason">The reason that the steps' checkpoints get.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task CancelAsync(RunIdentity run, int runAttempt, string reason, CancellationToken cancellationToken) =>
        CancelAsync(run, runAttempt, reason, null, cancellationToken);

    /// <summary>The same for a decision of the run itself.</summary>
    /// <param name="reason">The reason that the steps' checkpoints get.</param>
    /// <param name="decidedBy">The step whose end caused it; null: the run's time limit.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task CancelAsync(RunIdentity run, int runAttempt, string reason, DecidingStep? decidedBy, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.With(new ScopeCancellation(runAttempt, "", reason, decidedBy)), cancellationToken);

    /// <summary>Suspends the attempt: no new step starts, and the run's time limit stands still. May be repeated.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task SuspendAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.Suspended(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>Ends the suspension of the attempt. Changes nothing when it is not suspended.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task ContinueAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) =>
        ChangeAsync(run, requests => requests.Continued(runAttempt, time.GetUtcNow()), cancellationToken);

    /// <summary>All requests about the run, for each of its attempts. A damaged or newer <c>control.json</c> counts as none.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<RunRequests> ReadAsync(RunIdentity run, CancellationToken cancellationToken) =>
        (await FindAsync(run.RunId, cancellationToken))?.Value is { } requests && requests.Stamp == run.Stamp ? requests : RunRequests.None;

    /// <summary>
    /// Whether the run was there at its last look, which is less than <see cref="PollInterval"/> ago. Only where the store is polled, so that a deletion
    /// is seen.
    /// </summary>
    internal bool HasSeen(RunIdentity run) => isShared && Seen(run) is { Presence.IsGone: false };

    /// <summary>A watch for an executing step; its token has fired already when a cancellation that applies was requested before.</summary>
    /// <param name="applies">Which cancellations apply to the step.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    internal async Task<RunWatch> WatchAsync(
        RunIdentity run, int runAttempt, Func<ScopeCancellation, bool> applies, CancellationToken cancellationToken)
    {
        var watch = RunWatch.Of(runAttempt, applies, time, listener => Listen(run, listener));
        try
        {
            // Read after the listener is registered, so that no request is missed in between.
            var presence = isShared && Seen(run) is { } seen ? seen.Presence : await LookAsync(run, cancellationToken);
            await watch.BeginAsync(await ReadAsync(run, cancellationToken), presence);
            return presence.IsGone ? throw new RunGoneException(run) : watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private async Task<RunPresence> LookAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var presence = await store.LookAsync(run, cancellationToken);
        lock (_gate)
        {
            if (_seen.Count >= MaxSeen)
            {
                _seen.Clear();
            }

            _seen[run] = (presence, at);
        }

        return presence;
    }

    /// <summary>The last look at the run if it is less than <see cref="PollInterval"/> ago; otherwise null.</summary>
    private (RunPresence Presence, TimeSpan Age)? Seen(RunIdentity run)
    {
        lock (_gate)
        {
            return _seen.TryGetValue(run, out var seen) && time.GetElapsedTime(seen.At) is var age && age < PollInterval ? (seen.Presence, age) : null;
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
                await NotifyAsync(run, changed, default);
                return;
            }
        }
    }

    /// <summary>
    /// The stored requests and their ETag; null when there are none. An unreadable file counts as no request: otherwise it would fail every step that
    /// begins, and end the polling of those that execute. The next request overwrites it, unless it cannot be read at all.
    /// </summary>
    private async Task<(RunRequests Value, string? ETag, UnreadableRecordException? Problem)?> FindAsync(
        string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunRequests>(RunKeys.Control(runId), cancellationToken) is var (requests, etag)
                ? (requests, etag, null)
                : null;
        }
        catch (UnreadableRecordException problem)
        {
            // The file is read at every poll, but the warning is logged only once.
            if (Interlocked.Exchange(ref _unreadable, $"{problem.Key} {problem.ETag}") != $"{problem.Key} {problem.ETag}")
            {
                logger?.RequestsUnreadable(problem.Message, runId);
            }

            return (RunRequests.None, problem.ETag, problem);
        }
    }

    /// <summary>Passes the requests to the executing steps of this process.</summary>
    private Task NotifyAsync(RunIdentity run, RunRequests requests, RunPresence presence)
    {
        Func<RunRequests, RunPresence, Task>[] notified;
        lock (_gate)
        {
            notified = _listeners.TryGetValue(run, out var listeners) ? [.. listeners.All] : [];
        }

        return Task.WhenAll(notified.Select(listener => listener(requests, presence)));
    }

    private Listening Listen(RunIdentity run, Func<RunRequests, RunPresence, Task> listener)
    {
        lock (_gate)
        {
            if (!_listeners.TryGetValue(run, out var listeners))
            {
                _listeners.Add(run, listeners = new Listeners());
                _ = isShared ? PollAsync(run, PollInterval - (Seen(run)?.Age ?? TimeSpan.Zero), listeners.Unused.Token) : Task.CompletedTask;
            }

            listeners.All.Add(listener);
        }

        return new Listening(this, run, listener);
    }

    private void StopListening(RunIdentity run, Func<RunRequests, RunPresence, Task> listener)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue(run, out var listeners) && listeners.All.Remove(listener) && listeners.All.Count == 0)
            {
                _listeners.Remove(run);
                listeners.Unused.Cancel();
            }
        }
    }

    /// <summary>Polls for requests of other processes: one poll for all steps of the run that execute in this process.</summary>
    /// <param name="first">The time until the first poll: a step that begins with an earlier look learns of a deletion as soon as others.</param>
    private async Task PollAsync(RunIdentity run, TimeSpan first, CancellationToken unused)
    {
        for (var wait = first; ; wait = PollInterval)
        {
            await Task.Delay(wait, time, unused).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (unused.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var presence = await LookAsync(run, unused);
                await NotifyAsync(run, await ReadAsync(run, unused), presence);
            }
            catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
            {
                // The store is not available, or the last watch has ended. While there is a watch, the next poll tries again.
            }
        }
    }

    private sealed class Listeners
    {
        public HashSet<Func<RunRequests, RunPresence, Task>> All { get; } = [];

        /// <summary>Fires when the last listener was removed. Not disposed: a poll may hold its token.</summary>
        public CancellationTokenSource Unused { get; } = new();
    }

    private sealed class Listening(RunControl control, RunIdentity run, Func<RunRequests, RunPresence, Task> listener) : IDisposable
    {
        public void Dispose() => control.StopListening(run, listener);
    }
}
