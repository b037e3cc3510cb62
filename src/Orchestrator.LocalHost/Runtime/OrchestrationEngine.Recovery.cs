using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What the journal knows becomes instances again; the unfinished ones go on by themselves.</summary>
internal sealed partial class OrchestrationEngine
{
    private readonly ConcurrentBag<string> _left = [];

    /// <summary>In a journal that is not shared, the histories of the instances that were not to go on, the newest first: read on request.</summary>
    private readonly ConcurrentDictionary<string, List<JournalId>> _unread = new(StringComparer.Ordinal);

    /// <param name="recovers">Which instances, by their ids; null: all. In a shared journal it is asked only of those that may be unfinished.</param>
    public async Task RecoverAsync(Func<string, CancellationToken, Task<bool>>? recovers, CancellationToken cancellation)
    {
        var instances = new Dictionary<string, List<JournalId>>(StringComparer.Ordinal);
        await foreach (var id in Journal.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (!instances.TryGetValue(id.InstanceId, out var known))
            {
                instances.Add(id.InstanceId, known = []);
            }

            known.Add(id);
        }

        foreach (var generations in instances.Values)
        {
            generations.Sort((one, other) => other.Generation.CompareTo(one.Generation));
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        if (_shared is not null)
        {
            await RecoverSharedAsync(instances, recovers, parallel).ConfigureAwait(false);
        }
        else
        {
            await Parallel.ForEachAsync(instances, parallel, async (instance, token) =>
            {
                if (recovers is null || await recovers(instance.Key, token).ConfigureAwait(false))
                {
                    await RecoverAsync(EntryOf(instance.Key), instance.Value, token).ConfigureAwait(false);
                }
                else
                {
                    _unread[instance.Key] = instance.Value;
                }
            }).ConfigureAwait(false);
        }

        foreach (var entry in _entries.Values)
        {
            await TerminateOrphanAsync(entry, cancellation).ConfigureAwait(false);
            entry.Live?.Wake();
        }
    }

    private async Task RecoverSharedAsync(
        Dictionary<string, List<JournalId>> instances, Func<string, CancellationToken, Task<bool>>? recovers, ParallelOptions parallel)
    {
        foreach (var instance in instances.Keys)
        {
            _resting[instance] = true;
        }

        var children = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(instances, parallel, async (instance, token) =>
        {
            var newest = instance.Value[0];
            if (instance.Value.Count == 1 && await _shared!.HasExtractAsync(newest, token).ConfigureAwait(false))
            {
                return;
            }

            if (recovers is not null && !await recovers(instance.Key, token).ConfigureAwait(false))
            {
                _left.Add(instance.Key);
            }
            else if (await ReadParentAsync(newest, token).ConfigureAwait(false) is { } parent)
            {
                children[instance.Key] = parent;
            }
            else
            {
                await OpenUnfinishedAsync(EntryOf(instance.Key), EntryOf(instance.Key), instance.Value, token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);

        foreach (var child in children.Keys)
        {
            await RecoverChildAsync(child, instances[child], children, parallel.CancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The holder of an instance drives its children, too. Children of a parent that has ended or is gone are driven by the holder of the parent's id.
    /// </summary>
    private async Task RecoverChildAsync(
        string instanceId, List<JournalId> generations, ConcurrentDictionary<string, string> children, CancellationToken cancellation)
    {
        var parent = children[instanceId];
        while (children.TryGetValue(parent, out var above))
        {
            parent = above;
        }

        var root = EntryOf(parent);
        if (root.Live is null && await FindReadableAsync(parent, cancellation).ConfigureAwait(false) is { IsFinished: false })
        {
            // Another process drives it, or none is to.
            return;
        }

        await OpenUnfinishedAsync(root, EntryOf(instanceId), generations, cancellation).ConfigureAwait(false);
    }

    private async Task OpenUnfinishedAsync(InstanceEntry root, InstanceEntry entry, List<JournalId> generations, CancellationToken cancellation)
    {
        try
        {
            if (await OpenAsync(root, cancellation, entry == root ? generations : null).ConfigureAwait(false) is not null)
            {
                return;
            }
        }
        catch (JournalException problem)
        {
            entry.Refuse(problem);
            return;
        }

        if (entry != root)
        {
            entry.Share(root);
            root.Release();
            await RecoverAsync(entry, generations, cancellation).ConfigureAwait(false);
        }

        if (entry is { Live: null, Snapshot: { IsFinished: true } ended })
        {
            await PutExtractAsync(ended).ConfigureAwait(false);
            entry.Forget(ended);
        }

        entry.Release();
    }

    /// <summary>The id of the instance that started this one; null for none, and where the history does not tell.</summary>
    private async Task<string?> ReadParentAsync(JournalId id, CancellationToken cancellation)
    {
        try
        {
            await foreach (var record in Journal.ReadAsync(id, cancellation).ConfigureAwait(false))
            {
                return Parse(id, 1, record) is ExecutionStarted { Parent: { } parent } ? parent.InstanceId : null;
            }
        }
        catch (JournalException)
        {
            // The caller that opens it is told.
        }

        return null;
    }

    private async Task RecoverAsync(InstanceEntry entry, List<JournalId> generations, CancellationToken cancellation)
    {
        // The newest history that holds anything is the truth: it was durable before the one it replaces was to be deleted.
        var found = false;
        foreach (var id in generations)
        {
            if (found)
            {
                await DeleteHistoryAsync(id).ConfigureAwait(false);
                continue;
            }

            try
            {
                found = await LoadAsync(entry, id, cancellation).ConfigureAwait(false);
            }
            catch (JournalException problem)
            {
                _logger.InstanceRefused(problem, entry.InstanceId, problem.Message);
                entry.Refuse(problem);
                return;
            }

            if (!found)
            {
                await DeleteHistoryAsync(id).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> LoadAsync(InstanceEntry entry, JournalId id, CancellationToken cancellation)
    {
        var history = await ReadAsync(id, Journal.ReadAsync(id, cancellation)).ConfigureAwait(false);
        if (history.Count == 0)
        {
            return false;
        }

        var snapshot = InstanceSnapshot.Of(id, history, Time.GetUtcNow().UtcDateTime);
        if (snapshot.IsFinished)
        {
            entry.Publish(snapshot);
        }
        else
        {
            entry.Run(OrchestrationInstance.Recover(this, entry, id, history));
        }

        return true;
    }

    /// <exception cref="JournalException">The records make no history.</exception>
    private static async Task<List<HistoryEvent>> ReadAsync(JournalId id, IAsyncEnumerable<ReadOnlyMemory<byte>> records)
    {
        var history = new List<HistoryEvent>();
        await foreach (var record in records.ConfigureAwait(false))
        {
            history.Add(Parse(id, history.Count + 1, record));
        }

        return history.Count == 0 || history[0] is ExecutionStarted
            ? history
            : throw new JournalException($"The history of '{id}' begins with {history[0].GetType().Name} instead of {nameof(ExecutionStarted)}.");
    }

    private static HistoryEvent Parse(JournalId id, int number, ReadOnlyMemory<byte> record)
    {
        try
        {
            return HistoryEventReader.Read(record.Span);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JournalException($"Record {number} of the history of '{id}' cannot be understood: {problem.Message} Nothing was changed.", problem);
        }
    }

    /// <summary>A crash may have come between a recursive termination and the end of the children.</summary>
    private async Task TerminateOrphanAsync(InstanceEntry entry, CancellationToken cancellation)
    {
        if (entry.Live?.Parent is { } parent
            && await FindReadableAsync(parent.InstanceId, cancellation).ConfigureAwait(false) is { ChildrenMustEnd: true, Status: OrchestrationRuntimeStatus.Terminated })
        {
            _ = TerminateAsync(entry.InstanceId, null, recursive: true);
        }
    }

    /// <summary>The state of an instance that another one depends on; null also when its history is damaged: then only that instance is refused.</summary>
    private async Task<InstanceSnapshot?> FindReadableAsync(string instanceId, CancellationToken cancellation)
    {
        try
        {
            return await FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false);
        }
        catch (JournalException problem)
        {
            _logger.RelativeUnreadable(problem, instanceId);
            return null;
        }
    }
}
