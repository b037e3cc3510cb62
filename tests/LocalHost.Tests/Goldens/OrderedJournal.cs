using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>Records the order of all appends and keeps every history, so that the state after a crash at any moment can be made.</summary>
internal sealed class OrderedJournal(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<string> _order = [];

    /// <summary>One line per record: the file it went to.</summary>
    public IReadOnlyList<string> Order
    {
        get
        {
            lock (_gate)
            {
                return [.. _order];
            }
        }
    }

    public Task<JournalException> Lost => inner.Lost;

    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            _order.AddRange(Enumerable.Repeat(InstanceFileName.Encode(id), records.Count));
            return inner.AppendAsync(id, expectedPosition, records, cancellation);
        }
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) =>
        inner.ReadAsync(id, cancellation);

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
