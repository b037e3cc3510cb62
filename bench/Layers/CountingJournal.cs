using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Layers;

/// <summary>Counts what the runtime asks of its journal.</summary>
internal sealed class CountingJournal(IJournal journal) : IJournal
{
    private long _records;
    private long _bytes;

    public long Records => Interlocked.Read(ref _records);

    /// <summary>Bytes of the records, without what the journal puts around them.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public Task<JournalException> Lost => journal.Lost;

    public Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _records);
        Interlocked.Add(ref _bytes, record.Length);
        return journal.AppendAsync(id, expectedPosition, record, cancellation);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) => journal.ReadAsync(id, cancellation);

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => journal.ListAsync(cancellation);

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => journal.DeleteAsync(id, cancellation);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
