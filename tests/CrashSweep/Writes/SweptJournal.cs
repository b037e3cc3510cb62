using System.Globalization;
using System.Text;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>
/// A journal whose appends happen when <see cref="SweepWrites"/> lets them. What is read has been read when the first record is given.
/// </summary>
/// <param name="isOld">Whether starts are written as by an older version.</param>
internal sealed class SweptJournal(IJournal journal, SweepWrites writes, bool isOld) : IJournal
{
    public Task<JournalException> Lost => journal.Lost;

    /// <summary>
    /// Each record is a write of its own for the sweep, because a crash or a full disk can leave the first records of an append. The append is complete
    /// with its last record: after a record that fails all others fail.
    /// </summary>
    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
    {
        Task appended = Task.CompletedTask;
        for (var at = 0; at < records.Count; at++)
        {
            appended = AppendAsync(id, expectedPosition + at, records[at]);
        }

        return appended;
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) =>
        journal.ReadAsync(id, cancellation).ToBlockingEnumerable(cancellation).Select(record => (ReadOnlyMemory<byte>)record.ToArray()).ToList()
            .ToAsyncEnumerable();

    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) =>
        journal.ListAsync(cancellation).ToBlockingEnumerable(cancellation).ToList().ToAsyncEnumerable();

    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => writes.AskAsync(new PendingWrite<bool>(
        id.ToString(), $"journal {id} deleted", [], () => Done(journal.DeleteAsync(id, CancellationToken.None)), isJournal: true));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<bool> AppendAsync(JournalId id, long position, ReadOnlyMemory<byte> record)
    {
        // Every start names this version.
        var bytes = isOld
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record.Span)
                .Replace($"\"version\":\"{OrchestrationVersion.Current}\"", "\"version\":\"0\"", StringComparison.Ordinal))
            : record.ToArray();
        return writes.AskAsync(new PendingWrite<bool>(
            id.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"journal {id} #{position}"),
            bytes,
            () => Done(journal.AppendAsync(id, position, bytes, CancellationToken.None)),
            isJournal: true));
    }

    private static bool Done(Task task)
    {
        task.GetAwaiter().GetResult();
        return true;
    }
}
