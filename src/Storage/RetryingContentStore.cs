namespace Orchestrator.Storage;

/// <summary>
/// A store that asks the one below it again when that fails, a few times and a little later each time: one failed write then fails no step
/// (docs/decisions/0009). Thread-safe.
/// </summary>
/// <remarks>
/// A write that is reported as failed may have happened, so a repeat must find its own earlier success. A value that was to be created or
/// replaced and is there with the very same bytes counts as that. An append cannot tell and may be there twice; logs are read so that a
/// repeat changes nothing (the event feed does). A delete that is repeated may say that there was nothing. Listings are not repeated.
/// </remarks>
public sealed class RetryingContentStore(IContentStore store, TimeProvider time) : IContentStore
{
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1_600)];

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.GetAsync(key, cancellationToken), cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.ReadFromAsync(key, offset, cancellationToken), cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.PutAsync(key, content, cancellationToken), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        RepeatAsync(
            async isRepeat => await store.CreateAsync(key, content, cancellationToken)
                ?? (isRepeat ? await OwnAsync(key, content, cancellationToken) : null),
            cancellationToken);

    public Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        RepeatAsync(
            async isRepeat => await store.ReplaceAsync(key, content, etag, cancellationToken)
                ?? (isRepeat ? await OwnAsync(key, content, cancellationToken) : null),
            cancellationToken);

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.AppendAsync(key, content, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.DeleteAsync(key, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.DeleteAsync(key, etag, cancellationToken), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        RepeatAsync(_ => store.DeleteAsync(prefix, cancellationToken), cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);

    /// <summary>The ETag of what is there when it has the same bytes: an earlier try wrote it. Null otherwise.</summary>
    private async Task<string?> OwnAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await store.GetAsync(key, cancellationToken) is { } present && present.Bytes.Span.SequenceEqual(content.Span) ? present.ETag : null;

    /// <param name="operation">Gets whether it was tried before.</param>
    private async Task<T> RepeatAsync<T>(Func<bool, Task<T>> operation, CancellationToken cancellationToken)
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
            catch (ContentStoreException exception) when (tries < Waits.Length && !exception.IsOfOneValue)
            {
                last = exception;
            }
            catch (OperationCanceledException exception) when (last is not null)
            {
                // Who gives up waiting is told why it took so long.
                throw new OperationCanceledException(exception.Message, last, exception.CancellationToken);
            }
        }
    }
}
