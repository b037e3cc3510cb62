namespace Orchestrator.Storage;

/// <summary>
/// Retries the operations of another store up to three times, after 100, 400 and 1,600 ms, so that one failed write does not fail a step
/// (docs/decisions/0009). A write that finds the disk full is not retried here: it does not become free in that time, and a list of runs would wait
/// for each run that needs a write. Thread-safe.
/// </summary>
/// <remarks>
/// A write that is reported as failed may have happened. For create and replace, a value with the same bytes counts as the success of an earlier
/// attempt. An append may be there twice, so logs are read in a way that ignores duplicates (the event feed does). A retried delete may return false.
/// Listings are not retried.
/// </remarks>
public sealed class RetryingContentStore(IContentStore store, TimeProvider time) : IContentStore
{
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1_600)];

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.GetAsync(key, cancellationToken), cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.ReadFromAsync(key, offset, maxBytes, cancellationToken), cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.PutAsync(key, content, cancellationToken), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        RetryAsync(
            async isRetry => await store.CreateAsync(key, content, cancellationToken)
                ?? (isRetry ? await OwnAsync(key, content, cancellationToken) : null),
            cancellationToken);

    public Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        RetryAsync(
            async isRetry => await store.ReplaceAsync(key, content, etag, cancellationToken)
                ?? (isRetry ? await OwnAsync(key, content, cancellationToken) : null),
            cancellationToken);

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.AppendAsync(key, content, flush, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ContentWritten>> WriteAsync(IReadOnlyList<ContentWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        return await RetryAsync(
            async isRetry =>
            {
                if (!isRetry)
                {
                    return await store.WriteAsync(writes, cancellationToken);
                }

                // Some of them may have happened: one at a time, each as the retry of a single write.
                var made = new List<ContentWritten>(writes.Count);
                foreach (var write in writes)
                {
                    if (await write.MakeAsync(store, cancellationToken) is { } written)
                    {
                        made.Add(written);
                    }
                    else if (await OwnAsync(write.Key, write.Content, cancellationToken) is { } etag)
                    {
                        made.Add(new ContentWritten(etag, null));
                    }
                    else
                    {
                        break;
                    }
                }

                return (IReadOnlyList<ContentWritten>)made;
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.DeleteAsync(key, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.DeleteAsync(key, etag, cancellationToken), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        RetryAsync(_ => store.DeleteAsync(prefix, cancellationToken), cancellationToken);

    public Task EraseDeletedAsync(CancellationToken cancellationToken = default) => RetryAsync(
        async _ =>
        {
            await store.EraseDeletedAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);

    /// <summary>The ETag of the stored value if it has the same bytes, because an earlier attempt wrote it; null otherwise.</summary>
    private async Task<string?> OwnAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await store.GetAsync(key, cancellationToken) is { } present && present.Bytes.Span.SequenceEqual(content.Span) ? present.ETag : null;

    /// <param name="operation">Its argument is whether this is a retry.</param>
    private async Task<T> RetryAsync<T>(Func<bool, Task<T>> operation, CancellationToken cancellationToken)
    {
        ContentStoreException? last = null;
        for (var tries = 0; ; tries++)
        {
            try
            {
                if (last is not null)
                {
                    await Task.Delay(Waits[tries - 1], time, cancellationToken);
                }

                return await operation(last is not null);
            }
            catch (ContentStoreException exception) when (tries < Waits.Length && exception is { IsOfOneValue: false, IsFull: false })
            {
                last = exception;
            }
            catch (OperationCanceledException exception) when (last is not null)
            {
                // A cancelled caller gets the failure that was being retried.
                throw new OperationCanceledException(exception.Message, last, exception.CancellationToken);
            }
        }
    }
}
