namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Stores append-only histories, one per <see cref="JournalId"/>. Records are opaque bytes, which are returned unchanged and in order.
/// </summary>
/// <remarks>
/// Implementations are thread-safe. Appends to one id may be pipelined: the next may start before the previous is durable. When an append completes,
/// all records before it are durable, too, and after a crash the history is a prefix of the accepted records. The outcome of a failed append is
/// unknown: the records, or the first of them, may exist when the journal is opened again.
/// </remarks>
public interface IJournal : IAsyncDisposable
{
    /// <summary>
    /// Completes with the reason when this process loses the ownership of the journal, so that another process may write to it. From then on every
    /// append fails with the reason. Never completes for journals that cannot be lost.
    /// </summary>
    public Task<JournalException> Lost { get; }

    /// <summary>
    /// Appends records in order after the first <paramref name="expectedPosition"/> records: in one write unless they are large, so that the records
    /// of one turn share a flush.
    /// </summary>
    /// <param name="id">The history; its first append creates it.</param>
    /// <param name="expectedPosition">The number of records accepted so far, durable or not; 0 creates the history.</param>
    /// <param name="records">1 or more, each UTF-8 JSON without line breaks, 1 byte or more. They are copied before the method returns.</param>
    /// <param name="cancellationToken">Ignored once the records are accepted.</param>
    /// <returns>
    /// A task that completes when all records are durable. After a crash or a failure the history may have the first of them only.
    /// </returns>
    /// <exception cref="JournalConflictException">
    /// The history has another number of records, because of a second writer. Nothing was appended.
    /// </exception>
    /// <exception cref="JournalException">The write failed. The history accepts no records until the journal is opened again.</exception>
    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken = default);

    /// <summary>Reads the durable records, oldest first. An unknown history has none.</summary>
    /// <remarks>The memory of a record is valid until the next record is requested.</remarks>
    /// <exception cref="JournalCorruptException">A record before the end is damaged. Nothing is changed or deleted.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellationToken = default);

    /// <summary>The ids of all histories, in no particular order.</summary>
    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes a history. A missing history is not an error.</summary>
    public Task DeleteAsync(JournalId id, CancellationToken cancellationToken = default);
}

/// <summary>Appends of one record.</summary>
public static class JournalExtensions
{
    /// <summary>Appends one record.</summary>
    /// <param name="record">UTF-8 JSON without line breaks, 1 byte or more. It is copied before the method returns.</param>
    /// <inheritdoc cref="IJournal.AppendAsync"/>
    public static Task AppendAsync(
        this IJournal journal, JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        return journal.AppendAsync(id, expectedPosition, [record], cancellationToken);
    }
}

/// <summary>The id of a history: an instance and one of its executions. Immutable.</summary>
/// <param name="InstanceId">The instance's id, 1 to 1,024 characters, compared ordinally.</param>
/// <param name="Generation">0 for the first execution, one more for each continue-as-new or restart under the same id.</param>
public readonly record struct JournalId(string InstanceId, int Generation)
{
    /// <inheritdoc/>
    public override string ToString() => Generation == 0 ? InstanceId : $"{InstanceId} (generation {Generation})";
}
