using System.Globalization;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>A journal whose appends happen when <see cref="SweepWrites"/> lets them.</summary>
internal sealed class SweptJournal(MemoryJournal journal, SweepWrites writes) : IJournal
{
    public Task<JournalException> Lost => journal.Lost;

    public Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default)
    {
        var bytes = record.ToArray();
        return writes.AskAsync(new PendingWrite<bool>(
            id.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"journal {id} #{expectedPosition}"),
            bytes,
            () => journal.AppendAsync(id, expectedPosition, bytes, CancellationToken.None).IsCompletedSuccessfully
                ? true
                : throw new JournalConflictException(id, expectedPosition, -1)));
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) => journal.ReadAsync(id, cancellation);

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => journal.ListAsync(cancellation);

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => writes.AskAsync(new PendingWrite<bool>(
        id.ToString(), $"journal {id} deleted", [], () => journal.DeleteAsync(id, CancellationToken.None).IsCompletedSuccessfully));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
