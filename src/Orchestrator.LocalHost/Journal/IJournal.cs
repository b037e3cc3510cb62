namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Append-only histories, one per <see cref="JournalId"/>. A record is opaque bytes to the journal; what it accepts it gives back unchanged, in
/// order, or not at all.
/// </summary>
/// <remarks>
/// Implementations are thread safe. Appends to one id may be pipelined: the next may be made before the one before it is durable. Durability is
/// a prefix: when an append's task has completed, every record before it is durable too, and after a crash what is found is a prefix of what was
/// accepted. Every failed append is an uncertain outcome: the record may or may not be there when the journal is opened again.
/// </remarks>
public interface IJournal : IAsyncDisposable
{
    /// <summary>
    /// Completes, with the reason, when this journal stops belonging to this process: another may write to it from now on. Every append fails with the
    /// reason then, and nothing more becomes durable. Never completes where that cannot happen.
    /// </summary>
    public Task<JournalException> Lost { get; }

    /// <summary>Appends one record after the <paramref name="expectedPosition"/> records that are there already.</summary>
    /// <param name="id">The history; its first append creates it.</param>
    /// <param name="expectedPosition">How many records the caller knows to be accepted, durable or not; 0 creates the history.</param>
    /// <param name="record">UTF-8 JSON without line breaks, 1 byte or more. It is copied before the method returns: the buffer may be used again at once.</param>
    /// <param name="cancellation">Stops nothing once the record is accepted.</param>
    /// <returns>A task that completes when the record is durable.</returns>
    /// <exception cref="JournalConflictException">Another number of records is there: someone else wrote. Nothing was appended.</exception>
    /// <exception cref="JournalException">The device failed. The history takes no further records until the journal is opened again.</exception>
    public Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default);

    /// <summary>Reads the durable records from the first on. An unknown history has none.</summary>
    /// <remarks>A record's memory is valid until the next one is asked for.</remarks>
    /// <exception cref="JournalCorruptException">A record before the end is damaged. Nothing is changed or deleted.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default);

    /// <summary>All histories that are there, in no particular order.</summary>
    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default);

    /// <summary>Deletes a history. Deleting one that is not there is no error.</summary>
    public Task DeleteAsync(JournalId id, CancellationToken cancellation = default);
}

/// <summary>Names one history: an instance, and which of its executions.</summary>
/// <param name="InstanceId">The instance's id, any text of 1 to 1,024 characters; compared ordinally.</param>
/// <param name="Generation">0 for the first execution, one more for each continue-as-new or restart under the same id.</param>
public readonly record struct JournalId(string InstanceId, int Generation)
{
    /// <inheritdoc/>
    public override string ToString() => Generation == 0 ? InstanceId : $"{InstanceId} (generation {Generation})";
}
