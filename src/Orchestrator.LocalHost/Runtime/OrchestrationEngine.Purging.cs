using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Deletes instances with their histories.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Deletes a finished or a refused instance.</summary>
    /// <returns>The number of deleted instances; 0 when the instance is unknown or unfinished.</returns>
    public async Task<int> PurgeAsync(string instanceId, bool recursive)
    {
        ThrowIfStopped();
        var entry = _shared is null && !_notRecovered.ContainsKey(instanceId) ? Find(instanceId) : EntryOf(instanceId);
        if (entry is not { Live: null } || !await CanPurgeAsync(instanceId).ConfigureAwait(false))
        {
            return 0;
        }

        if (await AcquireEndedAsync(entry).ConfigureAwait(false) is { } held)
        {
            return held.HasEnded ? throw new JournalException(StillHeld(instanceId, held.Holder)) : 0;
        }

        var (purged, children) = await PurgeAcquiredAsync(entry, recursive).ConfigureAwait(false);
        foreach (var child in children)
        {
            purged += await PurgeAsync(child, recursive: true).ConfigureAwait(false);
        }

        return purged;
    }

    /// <returns>The number of deleted instances, and the sub-orchestrations to delete next.</returns>
    private async Task<(int Purged, List<string> Children)> PurgeAcquiredAsync(InstanceEntry entry, bool recursive)
    {
        var isGone = false;
        try
        {
            InstanceSnapshot? finished;
            lock (entry.Gate)
            {
                if (entry.Live is not null || entry.Snapshot is { IsFinished: false })
                {
                    return (0, []);
                }

                finished = entry.Snapshot;
            }

            if (entry.Fault is not null)
            {
                await PurgeRefusedAsync(entry).ConfigureAwait(false);
                isGone = true;
                return (1, []);
            }

            if (finished is not { } snapshot)
            {
                // The history does not exist any more; its extract, lock and note may.
                await DeleteHistoryAsync(new JournalId(entry.InstanceId, 0)).ConfigureAwait(false);
                isGone = true;
                return (0, []);
            }

            // Keep the snapshot until the history is deleted: a start with the id meanwhile begins the next generation instead of appending to the
            // history that is being deleted.
            var id = new JournalId(entry.InstanceId, snapshot.Generation);
            var children = recursive ? await ChildrenAsync(id).ConfigureAwait(false) : [];
            await Journal.DeleteAsync(id).ConfigureAwait(false);
            isGone = entry.Forget(snapshot);
            _inJournalOnly.TryRemove(entry.InstanceId, out _);
            return (isGone ? 1 : 0, children);
        }
        finally
        {
            entry.Release(isGone ? HoldRelease.Deleted : HoldRelease.Ended);

            // An instance that another process started with the id and released meanwhile was acquired: it continues here.
            entry.Live?.Wake();
        }
    }

    /// <summary>Whether an instance is finished, refused or unknown.</summary>
    private async Task<bool> CanPurgeAsync(string instanceId)
    {
        try
        {
            return await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is not { IsFinished: false };
        }
        catch (JournalException)
        {
            return true;
        }
    }

    /// <summary>Deletes all histories of the id, because the current generation is unknown.</summary>
    private async Task PurgeRefusedAsync(InstanceEntry entry)
    {
        await foreach (var id in Journal.ListAsync().ConfigureAwait(false))
        {
            if (id.InstanceId == entry.InstanceId)
            {
                await Journal.DeleteAsync(id).ConfigureAwait(false);
            }
        }

        _entries.TryRemove(KeyValuePair.Create(entry.InstanceId, entry));
    }

    /// <summary>The existing sub-orchestrations of an instance.</summary>
    private async Task<List<string>> ChildrenAsync(JournalId id)
    {
        var children = new List<string>();
        foreach (var call in (await ReadAsync(id, Journal.ReadAsync(id)).ConfigureAwait(false)).OfType<SubOrchestrationCreated>())
        {
            if (await FindReadableAsync(call.InstanceId, CancellationToken.None).ConfigureAwait(false) is { Parent: { } parent }
                && parent.InstanceId == id.InstanceId)
            {
                children.Add(call.InstanceId);
            }
        }

        return children;
    }
}
