using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Recovers instances from the journal; unfinished ones continue.</summary>
internal sealed partial class OrchestrationEngine
{
    private readonly ConcurrentBag<string> _skipped = [];

    /// <summary>
    /// For a journal that is not shared: the histories, newest first, of the instances that were not selected for recovery. They are read on request.
    /// </summary>
    private readonly ConcurrentDictionary<string, List<JournalId>> _notRecovered = new(StringComparer.Ordinal);

    /// <param name="recovers">Selects instances by id; null for all. For a shared journal it is called only for those that may be unfinished.</param>
    public async Task RecoverAllAsync(Func<string, CancellationToken, Task<bool>>? recovers, CancellationToken cancellationToken)
    {
        var instances = new Dictionary<string, List<JournalId>>(StringComparer.Ordinal);
        await foreach (var id in Journal.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!instances.TryGetValue(id.InstanceId, out var known))
            {
                instances.Add(id.InstanceId, known = []);
            }

            known.Add(id);
        }

        foreach (var generations in instances.Values)
        {
            SortNewestFirst(generations);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
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
                    await LoadNewestAsync(EntryOf(instance.Key), instance.Value, token).ConfigureAwait(false);
                }
                else
                {
                    _notRecovered[instance.Key] = instance.Value;
                }
            }).ConfigureAwait(false);
        }

        foreach (var entry in _entries.Values)
        {
            await TerminateOrphanAsync(entry, cancellationToken).ConfigureAwait(false);
            entry.Live?.Wake();
        }
    }

    private async Task RecoverSharedAsync(
        Dictionary<string, List<JournalId>> instances, Func<string, CancellationToken, Task<bool>>? recovers, ParallelOptions parallel)
    {
        foreach (var instance in instances.Keys)
        {
            _inJournalOnly[instance] = true;
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
                _skipped.Add(instance.Key);
            }
            else if (await ReadParentAsync(newest, token).ConfigureAwait(false) is { } parent)
            {
                children[instance.Key] = parent;
            }
            else
            {
                await AcquireUnfinishedAsync(EntryOf(instance.Key), EntryOf(instance.Key), instance.Value, token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);

        foreach (var child in children.Keys)
        {
            await RecoverChildAsync(child, instances[child], children, parallel.CancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Recovers a sub-orchestration, which runs in the process that holds its root. If the root has ended or is unknown, this process acquires the
    /// root's id.
    /// </summary>
    private async Task RecoverChildAsync(
        string instanceId, List<JournalId> generations, ConcurrentDictionary<string, string> children, CancellationToken cancellationToken)
    {
        var parent = children[instanceId];
        while (children.TryGetValue(parent, out var above))
        {
            parent = above;
        }

        var root = EntryOf(parent);
        if (root.Live is null && await FindReadableAsync(parent, cancellationToken).ConfigureAwait(false) is { IsFinished: false })
        {
            // The root runs in another process, or is not selected.
            return;
        }

        await AcquireUnfinishedAsync(root, EntryOf(instanceId), generations, cancellationToken).ConfigureAwait(false);
    }

    private async Task AcquireUnfinishedAsync(
        InstanceEntry root, InstanceEntry entry, List<JournalId> generations, CancellationToken cancellationToken)
    {
        try
        {
            if (await AcquireAsync(root, cancellationToken, entry == root ? generations : null).ConfigureAwait(false) is not null)
            {
                return;
            }
        }
        catch (JournalException exception)
        {
            entry.Refuse(exception);
            return;
        }

        if (entry != root)
        {
            entry.Share(root);
            root.Release();
            await LoadNewestAsync(entry, generations, cancellationToken).ConfigureAwait(false);
        }

        if (entry is { Live: null, Snapshot: { IsFinished: true } ended })
        {
            await PutExtractAsync(ended).ConfigureAwait(false);
            entry.Forget(ended);
        }

        entry.Release();
    }

    private async Task LoadNewestAsync(InstanceEntry entry, List<JournalId> generations, CancellationToken cancellationToken)
    {
        // The newest history with records is current: it was durable before the deletion of the previous one began.
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
                found = await LoadAsync(entry, id, cancellationToken).ConfigureAwait(false);
            }
            catch (JournalException exception)
            {
                _logger.InstanceRefused(exception, entry.InstanceId, exception.Message);
                entry.Refuse(exception);
                return;
            }

            if (!found)
            {
                await DeleteHistoryAsync(id).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> LoadAsync(InstanceEntry entry, JournalId id, CancellationToken cancellationToken)
    {
        var history = await ReadAsync(id, Journal.ReadAsync(id, cancellationToken)).ConfigureAwait(false);
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
            entry.SetLive(OrchestrationInstance.Recover(this, entry, id, history));
        }

        return true;
    }

    /// <summary>Terminates a sub-orchestration whose parent was terminated recursively before a crash.</summary>
    private async Task TerminateOrphanAsync(InstanceEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Live?.Parent is { } parent
            && await FindReadableAsync(parent.InstanceId, cancellationToken).ConfigureAwait(false) is
            { ChildrenMustEnd: true, Status: OrchestrationRuntimeStatus.Terminated })
        {
            TerminateChildren([entry.InstanceId]);
        }
    }
}
