namespace Orchestrator.Storage;

/// <summary>
/// Durable values by key, which are written whole or appended to. A folder, a blob container and a dictionary implement it; the tests of the contract
/// (ContentStoreContract) apply to all of them.
/// </summary>
/// <remarks>
/// <para>A key is <b>either</b> written whole (put, create, replace) <b>or</b> appended to, for as long as it exists; blob stores refuse a mixture.
/// A key is <b>either</b> a value <b>or</b> a folder of other keys: <c>a</c> and <c>a/b</c> cannot both exist; stores that detect it refuse it.
/// Keys must not differ in case only: some file systems do not distinguish them.</para>
/// <para>A write is durable when its task has completed. When it fails, or is cancelled, it may still have happened.
/// Writes of one key are serialized. A reader sees a whole value, the old one or the new one, never a part; of an append log it may see a part of the
/// newest append (see <see cref="ReadFromAsync"/>).</para>
/// <para>Buffers passed in must not change until the task completes; the store keeps none afterwards.</para>
/// <para>Implementations are thread-safe. All members throw <see cref="ContentStoreException"/> when the disk or the service fails, and
/// <see cref="OperationCanceledException"/> when the token is cancelled before the work began.</para>
/// </remarks>
public interface IContentStore
{
    /// <summary>Maximum size of one append: 4 MiB, the block size that every version of the blob service accepts.</summary>
    public const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>The whole value; null when there is none.</summary>
    /// <exception cref="ContentStoreException">
    /// It cannot be read; with files also when a folder is at its path, or a file at the path of one of its folders
    /// (<see cref="ContentStoreException.IsOfOneValue"/>).
    /// </exception>
    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads an append log from <paramref name="offset"/> on; null when there is no log.
    /// </summary>
    /// <remarks>
    /// A log consists of lines. After a crash, and during an append, the last line may be incomplete: read complete lines only, and the rest with the
    /// next call. A store whose appends can be interrupted truncates an incomplete last line before the next append, so that it does not absorb the
    /// next line.
    /// </remarks>
    /// <param name="offset">In bytes, 0 or more; beyond the end there are no bytes.</param>
    /// <param name="maxBytes">Maximum number of bytes to read, 1 or more; null: to the end of the log.</param>
    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default);

    /// <summary>Writes the value and replaces an existing one. Returns its ETag.</summary>
    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the value unless there is one. Returns its ETag; null when there was one, which stays as it is. Of several callers one succeeds.
    /// </summary>
    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the value if the current one still has this ETag. Returns the new ETag; null when it was changed or
    /// deleted meanwhile, and then nothing was written.
    /// </summary>
    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends whole lines to a log, which is created when it is missing. Appends do not interleave, and they are in the log in the order of the calls
    /// of one process. Returns the offset of the end of the appended bytes, in bytes from the start of the log.
    /// </summary>
    /// <param name="flush">
    /// False: the bytes need not be durable when the task completes. They survive the end of the process, and are durable when a later append to the
    /// same log with a flush has completed; a power failure before that may lose them.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The content is larger than <see cref="MaxAppendBytes"/>.</exception>
    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes writes in their order, with one flush where the store can. Ends before the first create or replacement whose condition
    /// does not hold. All that were made are durable when the task completes; after a failure or a crash only the first of them may have happened.
    /// </summary>
    /// <returns>One result for each write that was made: fewer than writes when a condition did not hold.</returns>
    public async Task<IReadOnlyList<ContentWritten>> WriteAsync(IReadOnlyList<ContentWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        var made = new List<ContentWritten>(writes.Count);
        foreach (var write in writes)
        {
            if (await write.MakeAsync(this, cancellationToken) is not { } written)
            {
                break;
            }

            made.Add(written);
        }

        return made;
    }

    /// <summary>Deletes the value. Returns whether there was one.</summary>
    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes the value if it still has this ETag. Returns whether it was deleted: false when it was changed or
    /// deleted meanwhile. Not for logs.
    /// </summary>
    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes every value that the prefix covers; values that are written meanwhile may remain. Returns the number of deleted values. Not atomic:
    /// after a failure, call it again.
    /// </summary>
    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what the store keeps of deleted and replaced values for its own purposes, such as a log. Call it when a user has deleted data. May take
    /// seconds.
    /// </summary>
    public Task EraseDeletedAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>
    /// The keys that the prefix covers, in ordinal order. Keys that are written or deleted meanwhile may be missing or included.
    /// </summary>
    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default);
}

/// <summary>A whole value at one moment.</summary>
/// <param name="Bytes">The content, which the store does not use or change afterwards.</param>
/// <param name="ETag">
/// Identifies this content for <see cref="IContentStore.ReplaceAsync"/>. Opaque and different in each store; without the quotes of a header.
/// </param>
/// <param name="Age">
/// The time since it was written, by the clock of the store, in whole seconds; null for stores without a clock that processes share.
/// </param>
public sealed record StoredContent(ReadOnlyMemory<byte> Bytes, string ETag, TimeSpan? Age = null);

/// <summary>Bytes of an append log.</summary>
/// <param name="Bytes">The bytes from the requested offset to <paramref name="End"/>; empty when there are none.</param>
/// <param name="End">
/// Where they end, in bytes from the start of the log: the offset for the next read, unless the last line is incomplete. Without a maximum it is the
/// length of the log.
/// </param>
/// <param name="Age">
/// The time since the last append to the log, by the clock of the store, in whole seconds; null when it is not known, as in stores without a clock that
/// processes share.
/// </param>
public sealed record ContentTail(ReadOnlyMemory<byte> Bytes, long End, TimeSpan? Age = null);

/// <summary>Calls of <see cref="IContentStore"/> with the usual options.</summary>
public static class ContentLogs
{
    /// <summary>Reads an append log from the offset to its end; null when there is no log.</summary>
    /// <inheritdoc cref="IContentStore.ReadFromAsync"/>
    public static Task<ContentTail?> ReadFromAsync(
        this IContentStore store, ContentKey key, long offset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ReadFromAsync(key, offset, maxBytes: null, cancellationToken);
    }

    /// <summary>Appends whole lines to a log durably.</summary>
    /// <inheritdoc cref="IContentStore.AppendAsync"/>
    public static Task<long> AppendAsync(
        this IContentStore store, ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.AppendAsync(key, content, flush: true, cancellationToken);
    }
}
