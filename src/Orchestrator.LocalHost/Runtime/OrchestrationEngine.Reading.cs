using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The state of instances wherever they run: of those that do not run here it is what the journal has, read on request.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>The interval of looks at an instance of another process for which a caller waits.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>What is known of an instance, wherever it runs; null when there is none.</summary>
    /// <exception cref="JournalException">The instance is refused, or its history cannot be read.</exception>
    public async Task<InstanceSnapshot?> FindSnapshotAsync(string instanceId, CancellationToken cancellation)
    {
        if (Find(instanceId) is { } entry)
        {
            entry.ThrowIfFaulted();
            var known = entry.Snapshot;
            if (entry.Live is not null || known is not null)
            {
                return known;
            }
        }

        List<JournalId> looked = [];
        while (await GenerationsAsync(instanceId, cancellation).ConfigureAwait(false) is { Count: > 0 } generations && !generations.SequenceEqual(looked))
        {
            foreach (var id in generations)
            {
                if (await ReadSnapshotAsync(id, cancellation).ConfigureAwait(false) is { } snapshot)
                {
                    // A child has no lock of its own that would show that it exists.
                    _resting[instanceId] = true;
                    return snapshot;
                }
            }

            // What was listed is gone: the next generation may have replaced it meanwhile.
            looked = generations;
        }

        return null;
    }

    /// <summary>Waits until an instance is in a state, wherever it runs. One that is not there yet may still come.</summary>
    /// <exception cref="JournalException">The instance cannot go on.</exception>
    public async Task<InstanceSnapshot> WhenAsync(string instanceId, Func<InstanceSnapshot, bool> condition, CancellationToken cancellation)
    {
        var entry = EntryOf(instanceId);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var here = entry.WhenAsync(condition, waiting.Token);
        while (_shared is not null && !here.IsCompleted && entry is { Live: null, Snapshot: null })
        {
            if (await FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false) is { } snapshot && condition(snapshot))
            {
                await waiting.CancelAsync().ConfigureAwait(false);
                return snapshot;
            }

            await Task.WhenAny(here, Task.Delay(LookInterval, Time, waiting.Token)).ConfigureAwait(false);
        }

        return await here.ConfigureAwait(false);
    }

    /// <summary>The ids of all instances that can be asked for, wherever they run, in their order.</summary>
    public async Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken cancellation)
    {
        var ids = _entries.Values.Where(entry => entry is { Fault: null, Snapshot: not null }).Select(entry => entry.InstanceId).ToHashSet(StringComparer.Ordinal);
        if (_shared is not null)
        {
            await foreach (var id in _shared.ListAsync(cancellation).ConfigureAwait(false))
            {
                ids.Add(id.InstanceId);
            }
        }

        ids.UnionWith(_unread.Keys);
        return [.. ids.Order(StringComparer.Ordinal)];
    }

    /// <summary>The generations of an instance that can be read in the journal, the newest first.</summary>
    private async Task<List<JournalId>> GenerationsAsync(string instanceId, CancellationToken cancellation)
    {
        if (_shared is null)
        {
            return _unread.GetValueOrDefault(instanceId) ?? [];
        }

        var generations = new List<JournalId>();
        await foreach (var id in _shared.ListAsync(instanceId, cancellation).ConfigureAwait(false))
        {
            generations.Add(id);
        }

        generations.Sort((one, other) => other.Generation.CompareTo(one.Generation));
        return generations;
    }

    /// <summary>Who holds an instance that does not run here, by its own id or by that of its parent. Null when no process drives it.</summary>
    private async Task<JournalOwner?> FindHolderAsync(string instanceId, CancellationToken cancellation)
    {
        for (string? id = instanceId; id is not null;)
        {
            if (id != instanceId && Find(id) is { Hold: not null })
            {
                // This process holds the parent and does not drive the child: no process does.
                return null;
            }

            if (_shared!.FindHolder(id) is { } holder)
            {
                return holder;
            }

            id = await GenerationsAsync(id, cancellation).ConfigureAwait(false) is [var newest, ..]
                ? await ReadParentAsync(newest, cancellation).ConfigureAwait(false)
                : null;
        }

        return null;
    }

    private async Task<InstanceSnapshot?> ReadSnapshotAsync(JournalId id, CancellationToken cancellation)
    {
        try
        {
            if (_shared is not null && await ReadAsync(id, _shared.ReadExtractAsync(id, cancellation)).ConfigureAwait(false) is { Count: > 0 } extract)
            {
                return InstanceSnapshot.Of(id, extract, Time.GetUtcNow().UtcDateTime);
            }
        }
        catch (JournalException damaged)
        {
            _logger.ExtractDamaged(id.ToString(), damaged.Message);
        }

        return await ReadAsync(id, Journal.ReadAsync(id, cancellation)).ConfigureAwait(false) is { Count: > 0 } history
            ? InstanceSnapshot.Of(id, history, Time.GetUtcNow().UtcDateTime)
            : null;
    }
}
