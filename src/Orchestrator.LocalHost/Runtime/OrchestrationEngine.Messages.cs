using System.Collections.Concurrent;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Messages and unfinished instances that processes of a shared journal take over from each other.</summary>
internal sealed partial class OrchestrationEngine
{
    private readonly ConcurrentDictionary<string, JournalOwner> _unresponsive = new(StringComparer.Ordinal);

    /// <summary>
    /// The process that drives an instance and did not take the last message that this one sent to it, though it had 10 s: it is stopped, or it hangs. Null
    /// when it took that, or there was none.
    /// </summary>
    public JournalOwner? FindUnresponsive(string instanceId) => _unresponsive.GetValueOrDefault(instanceId);

    /// <summary>Maximum number of problems that are remembered so that each is logged once.</summary>
    private const int MaxTold = 100;

    /// <summary>Number of waiting messages from which those that are gone are dropped from memory.</summary>
    private const int MaxWaiting = 1_000;

    /// <summary>The interval of looks at the history of an instance that no process drives, for each message that waits for it.</summary>
    private static readonly TimeSpan WaitingInterval = TimeSpan.FromMinutes(1);

    /// <summary>Delivers messages of other processes to the instances of this one, until the host stops. What was not taken by then stays for the next process.</summary>
    public Task ReceiveAsync() => _shared is null ? Task.CompletedTask : RepeatAsync(LookInterval, "What other processes ask of instances cannot be read", async (tell, stop) =>
    {
        // Which messages wait for an instance that no process drives, and since when: each look reads a whole history.
        var waiting = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var message in _shared.ReceiveAsync(stop).ConfigureAwait(false))
        {
            try
            {
                if (Find(message.InstanceId)?.Live is null
                    && waiting.TryGetValue(message.Name, out var seen)
                    && Time.GetElapsedTime(seen) < WaitingInterval)
                {
                    continue;
                }

                Forget(waiting);
                waiting[message.Name] = Time.GetTimestamp();
                if (await TryTakeAsync(message, stop).ConfigureAwait(false))
                {
                    waiting.Remove(message.Name);
                }
            }
            catch (Exception problem) when (!stop.IsCancellationRequested)
            {
                tell($"A message for '{message.InstanceId}' is tried again: {problem.Message}");
            }
        }
    });

    /// <summary>Drops what was not seen for twice the interval: another process has taken it.</summary>
    private void Forget(Dictionary<string, long> waiting)
    {
        if (waiting.Count >= MaxWaiting)
        {
            foreach (var name in waiting.Where(message => Time.GetElapsedTime(message.Value) > 2 * WaitingInterval).Select(message => message.Key).ToList())
            {
                waiting.Remove(name);
            }
        }
    }

    /// <summary>Goes on with unfinished instances whose process has ended without finishing them, until the host stops.</summary>
    /// <param name="interval">The interval between looks for them.</param>
    /// <param name="recovers">Which of them, by their ids; null: all.</param>
    public Task TakeOverAsync(TimeSpan interval, Func<string, CancellationToken, Task<bool>>? recovers) => _shared is null
        ? Task.CompletedTask
        : RepeatAsync(interval, "What other processes left unfinished cannot be read", async (tell, stop) =>
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
                catch (Exception problem) when (!stop.IsCancellationRequested)
                {
                    // One that cannot be read must not keep the others from going on.
                    tell($"'{instance}', which another process left unfinished, cannot go on here at the moment: {problem.Message}");
                }
            }
        });

    /// <summary>A device that is away for a moment does not end the work: the failure is logged once, and the work is tried again.</summary>
    private async Task RepeatAsync(TimeSpan pause, string trouble, Func<Action<string>, CancellationToken, Task> look)
    {
        var stop = _watching.Token;
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await look(Tell, stop).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                Tell($"{trouble} at the moment: {problem.Message}");
                await Task.Delay(pause, Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        void Tell(string problem)
        {
            if (told.Count >= MaxTold)
            {
                told.Clear();
            }

            if (told.Add(problem))
            {
                _logger.JournalUnreadable(problem);
            }
        }
    }

    /// <returns>False when the message stays for an instance that no process drives at the moment, or that another process drives.</returns>
    private async Task<bool> TryTakeAsync(JournalMessage message, CancellationToken stop)
    {
        if (Find(message.InstanceId)?.Live is not null)
        {
            await PostAsync(message.InstanceId, Parse(new JournalId(message.InstanceId, 0), 1, message.Body)).ConfigureAwait(false);
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
    /// Steers an instance that does not run here. An instance that no process drives is terminated here; everything else waits for the next process that drives it.
    /// </summary>
    private async Task PostElsewhereAsync(string instanceId, HistoryEvent happened)
    {
        _unresponsive.TryRemove(instanceId, out _);
        var isHeld = await FindHolderAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is not null;
        var seen = await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false);
        if (seen is { IsFinished: true } || (seen is null && !isHeld))
        {
            return;
        }

        if (!isHeld && happened is ExecutionCompleted termination)
        {
            await TerminateRestingAsync(seen!, termination).ConfigureAwait(false);
        }
        else if (await _shared!.SendAsync(instanceId, HistoryEventWriter.Write(happened)).ConfigureAwait(false) is { } left)
        {
            if (await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is { IsFinished: true })
            {
                // It ended before it had seen the message, which is not for what begins under the id next.
                _shared.Delete(left);
            }
            else if (_shared.FindHolder(instanceId) is { } silent)
            {
                _unresponsive[instanceId] = silent;
            }
        }
    }

    /// <summary>Ends an unfinished instance that no process drives. None of its activities begins again.</summary>
    private async Task TerminateRestingAsync(InstanceSnapshot open, ExecutionCompleted termination)
    {
        var entry = EntryOf(open.InstanceId);
        if (await OpenAsync(entry, CancellationToken.None).ConfigureAwait(false) is { } holder)
        {
            throw new JournalException($"The instance '{open.InstanceId}' cannot be terminated at this moment: {holder} has just taken it. Try again.");
        }

        List<string> children;
        try
        {
            if (entry.Live is not { } live)
            {
                // It has ended in between, or is refused.
                entry.ThrowIfFaulted();
                return;
            }

            children = termination.Recursive ? await ChildrenAsync(new JournalId(open.InstanceId, open.Generation)).ConfigureAwait(false) : [];
            live.Unreplay();
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
