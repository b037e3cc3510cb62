namespace Orchestrator.Storage;

/// <summary>
/// Everything that outlives a process: values by key, written whole or appended to. Small enough to be implemented by a folder, a blob container
/// and a dictionary alike; one contract suite tells whether it is.
/// </summary>
/// <remarks>
/// <para>A key is <b>either</b> written whole (put, create, replace) <b>or</b> appended to, for as long as it exists; blob stores refuse a mixture.
/// A key is <b>either</b> a value <b>or</b> a folder of other keys: <c>a</c> and <c>a/b</c> cannot both exist; stores that can tell refuse it.
/// Keys must not differ in case only: some file systems cannot keep them apart.</para>
/// <para>A write is durable when its task has completed. When it fails, or is cancelled, it may still have happened.
/// Writers of one key take turns. A reader sees a whole value, the old one or the new one, never a part; of an append log it may see a part of the
/// newest append (see <see cref="ReadFromAsync"/>).</para>
/// <para>Buffers passed in must not change until the task completes; the store keeps none afterwards.</para>
/// <para>Members are safe to call from any thread. All of them throw <see cref="ContentStoreException"/> when the place they write to fails, and
/// <see cref="OperationCanceledException"/> when the token fires before the work began.</para>
/// </remarks>
public interface IContentStore
{
    /// <summary>Maximum size of one append: 4 MiB, what every version of the blob service takes as one block.</summary>
    public const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>The whole value; null when there is none.</summary>
    /// <exception cref="ContentStoreException">
    /// It cannot be read. A store of files says so, too, when a folder is in its place or a file in that of one of its folders
    /// (<see cref="ContentStoreException.IsOfOneValue"/>): then nothing could be written there either.
    /// </exception>
    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// What an append log holds from <paramref name="offset"/> on (bytes, 0 or more; beyond the end: no bytes); null when there is no log.
    /// </summary>
    /// <remarks>
    /// After a crash the last line may be torn, and while an append is under way its beginning may show: a reader takes complete lines only and
    /// comes back for the rest. A writer that goes on with a log of an earlier process begins a new segment, or writes a line break first, so
    /// that a torn line stays alone and does not swallow its next record.
    /// </remarks>
    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default);

    /// <summary>Writes the value, over any other. Returns its ETag.</summary>
    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the value unless there is one. Returns its ETag; null when there was one, which stays as it is. Of several callers one wins.
    /// </summary>
    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the value if the present one still is the one that <paramref name="etag"/> names. Returns the new ETag; null when it was changed or
    /// deleted meanwhile, and then nothing was written.
    /// </summary>
    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds to the end of a log, which is created when absent. Appends never interleave, and those of a caller that awaits each stand in its order.
    /// Returns the position after the last byte added, in bytes from the start of the log.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxAppendBytes"/>.</exception>
    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Deletes the value. Returns whether there was one.</summary>
    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes the value if it still is the one that <paramref name="etag"/> names. Returns whether it was deleted: false when it was changed or
    /// deleted meanwhile. Not for logs.
    /// </summary>
    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes every value that the prefix covers; what is written meanwhile may stay. Returns how many it deleted. Not atomic: when it fails
    /// half-way, call it again.
    /// </summary>
    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default);

    /// <summary>
    /// The keys that the prefix covers, in ordinal order of their text. What is written or deleted meanwhile may or may not be among them.
    /// </summary>
    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default);
}
