using System.Collections.Concurrent;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Exchanges messages with other processes of a shared journal, and takes over their unfinished instances.</summary>
internal sealed partial class OrchestrationEngine
{
    private readonly ConcurrentDictionary<string, JournalOwner> _unresponsive = new(StringComparer.Ordinal);

    /// <summary>
    /// The process that runs an instance and did not accept the last message of this process within 10 s; null when it did, or none was sent.
    /// </summary>
    public JournalOwner? FindUnresponsive(string instanceId) => _unresponsive.GetValueOrDefault(instanceId);

    /// <summary>Maximum number of logged problems that are remembered, so that each is logged once.</summary>
    private const int MaxLoggedProblems = 100;

    /// <summary>Number of waiting messages above which stale ones are removed from memory.</summary>
    private const int MaxWaiting = 1_000;

    /// <summary>Minimum interval, per message, between reads of the history of an instance that runs in no process.</summary>
    private static readonly TimeSpan WaitingInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Delivers messages of other processes to instances of this process until the host stops. Undelivered messages remain for the next process.
    /// </summary>
    public Task ReceiveAsync() => _shared is null
        ? Task.CompletedTask
        : PollAsync(PollInterval, "Messages of other processes cannot be read", ReceiveAsync);

    private async Task ReceiveAsync(Action<string> logOnce, CancellationToken stop)
    {
        // The messages for instances that run in no process, with the time of the last attempt: each attempt reads a whole history.
        var waiting = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var message in _shared!.ReceiveAsync(stop).ConfigureAwait(false))
        {
            try
            {
                if (Find(message.InstanceId)?.Live is null
                    && waiting.TryGetValue(message.Name, out var seen)
                    && Time.GetElapsedTime(seen) < WaitingInterval)
                {
                    continue;
                }

                RemoveStale(waiting);
                waiting[message.Name] = Time.GetTimestamp();
                if (await TryDeliverAsync(message, stop).ConfigureAwait(false))
                {
                    waiting.Remove(message.Name);
                }
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                logOnce($"A message for '{message.InstanceId}' could not be delivered and is retried: {exception.Message}");
            }
        }
    }

    /// <summary>Removes messages that were not received for twice the interval, because another process has accepted them.</summary>
    private void RemoveStale(Dictionary<string, long> waiting)
    {
        if (waiting.Count >= MaxWaiting)
        {
            var stale = waiting.Where(message => Time.GetElapsedTime(message.Value) > 2 * WaitingInterval).Select(message => message.Key);
            foreach (var name in stale.ToList())
            {
                waiting.Remove(name);
            }
        }
    }

    /// <summary>Takes over unfinished instances of ended processes until the host stops.</summary>
    /// <param name="interval">The interval between polls.</param>
    /// <param name="recovers">Selects instances by id; null for all.</param>
    public Task TakeOverAsync(TimeSpan interval, Func<string, CancellationToken, Task<bool>>? recovers) => _shared is null
        ? Task.CompletedTask
        : PollAsync(interval, "Unfinished instances of other processes cannot be read", async (logOnce, stop) =>
        {
            await Task.Delay(interval, Time, stop).ConfigureAwait(false);
            foreach (var instance in _shared.ListOpen())
            {
                try
                {
                    if (Find(instance) is not { Hold: not null }
                        && _shared.FindHolder(instance) is null
                        && (recovers is null || await recovers(instance, stop).ConfigureAwait(false))
                        && await DriveAsync(instance, stop).ConfigureAwait(false) is null
                        && Find(instance) is { Live: not null })
                    {
                        _logger.TakenOver(instance);
                    }
                }
                catch (Exception exception) when (!stop.IsCancellationRequested)
                {
                    // An unreadable instance must not block the others.
                    logOnce($"The unfinished instance '{instance}' of another process cannot continue here at the moment: {exception.Message}");
                }
            }
        });

    /// <summary>
    /// Repeats a poll until the host stops. A failure, such as a disk that is temporarily unavailable, is logged once, and the poll is retried.
    /// </summary>
    private async Task PollAsync(TimeSpan pause, string failureMessage, Func<Action<string>, CancellationToken, Task> poll)
    {
        var stop = _watching.Token;
        var logged = new HashSet<string>(StringComparer.Ordinal);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await poll(LogOnce, stop).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogOnce($"{failureMessage} at the moment: {exception.Message}");
                await Task.Delay(pause, Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        void LogOnce(string problem)
        {
            if (logged.Count >= MaxLoggedProblems)
            {
                logged.Clear();
            }

            if (logged.Add(problem))
            {
                _logger.JournalUnreadable(problem);
            }
        }
    }

    /// <returns>False when the message waits for an instance that runs in another process or in none.</returns>
    private async Task<bool> TryDeliverAsync(JournalMessage message, CancellationToken stop)
    {
        if (Find(message.InstanceId)?.Live is not null)
        {
            var happened = HistoryEventReader.Read(new JournalId(message.InstanceId, 0), 1, message.Body.Span);
            await PostAsync(message.InstanceId, happened).ConfigureAwait(false);
        }
        else if (_shared!.FindHolder(message.InstanceId) is not null
            || await FindSnapshotAsync(message.InstanceId, stop).ConfigureAwait(false) is { IsFinished: false })
        {
            return false;
        }

        _shared!.Delete(message);
        return true;
    }

    /// <summary>
    /// Posts an event to an instance that does not run here. An instance that runs in no process is terminated here; any other event is stored as a
    /// message for the process that runs it next.
    /// </summary>
    private async Task PostToOtherProcessAsync(string instanceId, HistoryEvent historyEvent)
    {
        _unresponsive.TryRemove(instanceId, out _);
        var isHeld = await FindHolderAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is not null;
        var seen = await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false);
        if (seen is { IsFinished: true } || (seen is null && !isHeld))
        {
            return;
        }

        if (!isHeld && historyEvent is ExecutionCompleted termination)
        {
            await TerminateUndrivenAsync(seen!, termination).ConfigureAwait(false);
        }
        else if (await _shared!.SendAsync(instanceId, HistoryEventWriter.Write(historyEvent)).ConfigureAwait(false) is { } left)
        {
            if (await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is { IsFinished: true })
            {
                // The instance ended before it accepted the message, which must not reach the next instance with the id.
                _shared.Delete(left);
            }
            else if (_shared.FindHolder(instanceId) is { } silent)
            {
                _unresponsive[instanceId] = silent;
            }
        }
    }

    /// <summary>Terminates an unfinished instance that runs in no process, without starting its activities again.</summary>
    private async Task TerminateUndrivenAsync(InstanceSnapshot open, ExecutionCompleted termination)
    {
        var entry = EntryOf(open.InstanceId);
        if (await AcquireAsync(entry, CancellationToken.None).ConfigureAwait(false) is { } holder)
        {
            throw new JournalException(
                $"The instance '{open.InstanceId}' cannot be terminated at this moment: {holder} has just taken it. Try again.");
        }

        List<string> children;
        try
        {
            if (entry.Live is not { } live)
            {
                // It has ended meanwhile, or is refused.
                entry.ThrowIfFaulted();
                return;
            }

            children = termination.Recursive ? await ChildrenAsync(new JournalId(open.InstanceId, open.Generation)).ConfigureAwait(false) : [];
            live.SkipReplay();
            await PostAsync(open.InstanceId, termination).ConfigureAwait(false);
        }
        finally
        {
            entry.Release();
        }

        foreach (var child in children)
        {
            await TerminateAsync(child, null, recursive: true).ConfigureAwait(false);
        }
    }
}
