using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orchestrator.Storage;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Stores histories in memory, for the lifetime of the object. A second host on the same object recovers the instances. Thread-safe.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly ConcurrentDictionary<JournalId, List<byte[]>> _histories = new();

    /// <summary>Never completes: no other process has access.</summary>
    public Task<JournalException> Lost { get; } = new TaskCompletionSource<JournalException>().Task;

    /// <inheritdoc/>
    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (RecordFrame.RejectAny(records) is { } problem)
        {
            return Task.FromException(new ArgumentException(problem, nameof(records)));
        }

        while (true)
        {
            var history = _histories.GetOrAdd(id, static _ => []);
            lock (history)
            {
                if (!_histories.TryGetValue(id, out var current) || current != history)
                {
                    continue;
                }

                if (history.Count != expectedPosition)
                {
                    if (history.Count == 0)
                    {
                        _histories.TryRemove(id, out _);
                    }

                    return Task.FromException(new JournalConflictException(id, expectedPosition, history.Count));
                }

                foreach (var record in records)
                {
                    history.Add(record.ToArray());
                }

                return Task.CompletedTask;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        JournalId id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!_histories.TryGetValue(id, out var history))
        {
            yield break;
        }

        byte[][] records;
        lock (history)
        {
            records = [.. history];
        }

        foreach (var record in records)
        {
            yield return record;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var id in _histories.Keys)
        {
            yield return id;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(JournalId id, CancellationToken cancellationToken = default)
    {
        if (_histories.TryGetValue(id, out var history))
        {
            lock (history)
            {
                _histories.TryRemove(id, out _);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Does nothing: the next host can read the histories.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
