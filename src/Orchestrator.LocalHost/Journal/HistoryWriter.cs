using System.Buffers;
using Orchestrator.Storage;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Appends to one history: checks positions, frames records, and lets appends that arrive during a write share the next one. The derived class
/// writes. After a failed write the history accepts no records, because its end is unknown until it is read again. Thread-safe.
/// </summary>
/// <param name="id">The history.</param>
/// <param name="commits">The group commit that the histories of a journal share, from <see cref="NewGroup"/>.</param>
/// <param name="records">The number of records that the history has.</param>
internal abstract class HistoryWriter(JournalId id, GroupCommit<HistoryWriter> commits, long records)
{
    /// <summary>Maximum size of records that are written together, in bytes; a larger record is written alone.</summary>
    private const int MaxWrite = 1024 * 1024;

    private readonly Lock _gate = new();
    private long _accepted = records;
    private Task _last = Task.CompletedTask;
    private bool _isClosed;
    private JournalException? _failure;

    /// <summary>The history.</summary>
    public JournalId Id => id;

    /// <param name="maxBytes">Maximum size of one write with more than one record, in bytes.</param>
    public static GroupCommit<HistoryWriter> NewGroup(long maxBytes = long.MaxValue) =>
        new(static (history, lines, _) => history.CommitAsync(lines), maxBytes);

    /// <summary>Appends records, which are copied, in one write unless they are large.</summary>
    /// <param name="expectedPosition">The number of records before them.</param>
    /// <returns>Completes when the records are durable; fails as <see cref="IJournal"/> says.</returns>
    public Task AppendAsync(long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return Task.FromException(_failure);
            }

            if (_isClosed)
            {
                return Task.FromException(new JournalException($"The history of '{id}' was closed or deleted: it takes no more records."));
            }

            if (_accepted != expectedPosition)
            {
                return Task.FromException(new JournalConflictException(id, expectedPosition, _accepted));
            }

            // Within the gate: the order of the numbers is the order of the lines.
            for (var (from, to) = (0, 0); from < records.Count; from = to)
            {
                to = EndOfWrite(records, from);

                // The last write to complete is enough: after one that failed all others fail.
                _last = commits.AddAsync(this, NewLines(records, from, to));
            }

            return _last;
        }
    }

    /// <summary>Waits for the appended records, accepts no more, and releases what the history holds.</summary>
    public async Task CloseAsync()
    {
        Task last;
        lock (_gate)
        {
            _isClosed = true;
            last = _last;
        }

        // The caller of the append gets its exception.
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
    }

    /// <summary>Writes lines to the end of the history and returns the offset of the first, in bytes. Must not block. One call at a time.</summary>
    /// <param name="lines">Whole lines in arrays of the shared pool, which are not used afterwards.</param>
    protected abstract Task<long> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> lines);

    /// <summary>The reason why the history accepts no more records.</summary>
    protected abstract JournalException Explain(Exception exception);

    /// <summary>Releases what the history holds; nothing is being written.</summary>
    protected virtual void Release()
    {
    }

    private async Task<long> CommitAsync(IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                // Records after a lost one are lost, too.
                throw _failure;
            }
        }

        try
        {
            return await WriteAsync(lines).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var failure = exception as JournalException ?? Explain(exception);
            lock (_gate)
            {
                _failure = failure;
            }

            throw failure;
        }
    }

    /// <summary>The number of the record behind the last one of the write that begins with record <paramref name="from"/>.</summary>
    private static int EndOfWrite(IReadOnlyList<ReadOnlyMemory<byte>> records, int from)
    {
        var to = from + 1;
        for (long bytes = records[from].Length; to < records.Count && (bytes += records[to].Length) <= MaxWrite;)
        {
            to++;
        }

        return to;
    }

    /// <summary>The lines of the next records, and the header before the first.</summary>
    private ReadOnlyMemory<byte> NewLines(IReadOnlyList<ReadOnlyMemory<byte>> records, int from, int to)
    {
        var header = _accepted == 0 ? JournalHeader.Write(id) : [];
        var size = header.Length + ((to - from + 1) * RecordFrame.Overhead);
        for (var at = from; at < to; at++)
        {
            size += records[at].Length;
        }

        var lines = ArrayPool<byte>.Shared.Rent(size);
        var length = _accepted == 0 ? RecordFrame.Write(lines, 0, header) : 0;
        for (var at = from; at < to; at++)
        {
            length += RecordFrame.Write(lines.AsSpan(length), ++_accepted, records[at].Span);
        }

        return lines.AsMemory(0, length);
    }
}
