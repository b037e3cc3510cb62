using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Reads histories, and the state of instances wherever they run: of those that run elsewhere or in no process, from the journal.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>The interval between polls of an instance that runs in another process.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>The snapshot of an instance, wherever it runs; null when it is unknown.</summary>
    /// <exception cref="JournalException">The instance is refused, or its history is unreadable.</exception>
    public async Task<InstanceSnapshot?> FindSnapshotAsync(string instanceId, CancellationToken cancellationToken)
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
        while (await GenerationsAsync(instanceId, cancellationToken).ConfigureAwait(false) is { Count: > 0 } generations
            && !generations.SequenceEqual(looked))
        {
            foreach (var id in generations)
            {
                if (await ReadSnapshotAsync(id, cancellationToken).ConfigureAwait(false) is { } snapshot)
                {
                    // A sub-orchestration has no lock that would show that it exists.
                    _inJournalOnly[instanceId] = true;
                    return snapshot;
                }
            }

            // The listed histories were deleted: the next generation may have replaced them meanwhile.
            looked = generations;
        }

        return null;
    }

    /// <summary>Waits until the snapshot of an instance satisfies a condition, wherever it runs. The instance need not exist yet.</summary>
    /// <exception cref="JournalException">The instance is refused.</exception>
    public async Task<InstanceSnapshot> WhenAsync(string instanceId, Func<InstanceSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        var entry = EntryOf(instanceId);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var here = entry.WhenAsync(condition, waiting.Token);
        while (_shared is not null && !here.IsCompleted && entry is { Live: null, Snapshot: null })
        {
            if (await FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } snapshot && condition(snapshot))
            {
                await waiting.CancelAsync().ConfigureAwait(false);
                return snapshot;
            }

            await Task.WhenAny(here, Task.Delay(PollInterval, Time, waiting.Token)).ConfigureAwait(false);
        }

        return await here.ConfigureAwait(false);
    }

    /// <summary>The ids of all readable instances, wherever they run, sorted ordinally.</summary>
    public async Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken cancellationToken)
    {
        var readable = _entries.Values.Where(entry => entry is { Fault: null, Snapshot: not null });
        var ids = readable.Select(entry => entry.InstanceId).ToHashSet(StringComparer.Ordinal);
        if (_shared is not null)
        {
            await foreach (var id in _shared.ListAsync(cancellationToken).ConfigureAwait(false))
            {
                ids.Add(id.InstanceId);
            }
        }

        ids.UnionWith(_notRecovered.Keys);
        return [.. ids.Order(StringComparer.Ordinal)];
    }

    /// <summary>The histories of an instance that can be read from the journal, newest first.</summary>
    private async Task<List<JournalId>> GenerationsAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (_shared is null)
        {
            return _notRecovered.GetValueOrDefault(instanceId) ?? [];
        }

        var generations = new List<JournalId>();
        await foreach (var id in _shared.ListAsync(instanceId, cancellationToken).ConfigureAwait(false))
        {
            generations.Add(id);
        }

        SortNewestFirst(generations);
        return generations;
    }

    /// <summary>The process that holds an instance that does not run here, or the root above it; null when none does.</summary>
    private async Task<JournalOwner?> FindHolderAsync(string instanceId, CancellationToken cancellationToken)
    {
        for (string? id = instanceId; id is not null;)
        {
            if (id != instanceId && Find(id) is { Hold: not null })
            {
                // This process holds the parent but does not run the child, so no process does.
                return null;
            }

            if (_shared!.FindHolder(id) is { } holder)
            {
                return holder;
            }

            id = await GenerationsAsync(id, cancellationToken).ConfigureAwait(false) is [var newest, ..]
                ? await ReadParentAsync(newest, cancellationToken).ConfigureAwait(false)
                : null;
        }

        return null;
    }

    private async Task<InstanceSnapshot?> ReadSnapshotAsync(JournalId id, CancellationToken cancellationToken)
    {
        try
        {
            if (_shared is not null
                && await ReadAsync(id, _shared.ReadExtractAsync(id, cancellationToken)).ConfigureAwait(false) is { Count: > 0 } extract)
            {
                return InstanceSnapshot.Of(id, extract, Time.GetUtcNow().UtcDateTime);
            }
        }
        catch (JournalException exception)
        {
            _logger.ExtractDamaged(id.ToString(), exception.Message);
        }

        return await ReadAsync(id, Journal.ReadAsync(id, cancellationToken)).ConfigureAwait(false) is { Count: > 0 } history
            ? InstanceSnapshot.Of(id, history, Time.GetUtcNow().UtcDateTime)
            : null;
    }

    /// <summary>The id of the parent; null for none, and when the history is unreadable.</summary>
    private async Task<string?> ReadParentAsync(JournalId id, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var record in Journal.ReadAsync(id, cancellationToken).ConfigureAwait(false))
            {
                return HistoryEventReader.Read(id, 1, record.Span) is ExecutionStarted { Parent: { } parent } ? parent.InstanceId : null;
            }
        }
        catch (JournalException)
        {
            // The exception is thrown again when the instance is acquired.
        }

        return null;
    }

    /// <summary>The snapshot of a related instance; null when it is unknown or damaged. A damaged instance does not affect its relatives.</summary>
    private async Task<InstanceSnapshot?> FindReadableAsync(string instanceId, CancellationToken cancellationToken)
    {
        try
        {
            return await FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalException exception)
        {
            _logger.RelativeUnreadable(exception, instanceId);
            return null;
        }
    }

    /// <exception cref="JournalException">The records are not a valid history.</exception>
    private static async Task<List<HistoryEvent>> ReadAsync(JournalId id, IAsyncEnumerable<ReadOnlyMemory<byte>> records)
    {
        var history = new List<HistoryEvent>();
        await foreach (var record in records.ConfigureAwait(false))
        {
            history.Add(HistoryEventReader.Read(id, history.Count + 1, record.Span));
        }

        return history.Count == 0 || history[0] is ExecutionStarted
            ? history
            : throw new JournalException($"The history of '{id}' begins with {history[0].GetType().Name} instead of {nameof(ExecutionStarted)}.");
    }

    private static void SortNewestFirst(List<JournalId> generations) => generations.Sort((one, other) => other.Generation.CompareTo(one.Generation));
}
