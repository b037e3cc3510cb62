using Orchestrator.Storage;

namespace Orchestrator.Testing.Stores;

/// <summary>A memory store whose next operations fail, before or after they have happened.</summary>
public sealed class FailingStore : IContentStore
{
    private readonly MemoryContentStore _store = new();

    /// <summary>How many operations are still to fail.</summary>
    public int Failures { get; set; }

    /// <summary>How often an append log was read.</summary>
    public int LogReads { get; private set; }

    /// <summary>Whether the ones that fail have happened.</summary>
    public bool Happens { get; init; }

    /// <summary>The age of values and logs that the store reports.</summary>
    public TimeSpan? Age { get; set; }

    /// <summary>Called before each operation.</summary>
    public Action<MemoryContentStore>? OnOperation { get; set; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        MaybeAsync(async () => await _store.GetAsync(key, cancellationToken) is { } content ? content with { Age = Age } : null);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        LogReads++;
        return MaybeAsync(async () =>
            await _store.ReadFromAsync(key, offset, maxBytes, cancellationToken) is { } tail ? tail with { Age = Age } : null);
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.PutAsync(key, content, cancellationToken));

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.CreateAsync(key, content, cancellationToken));

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.ReplaceAsync(key, content, etag, cancellationToken));

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.AppendAsync(key, content, flush, cancellationToken));

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.DeleteAsync(key, cancellationToken));

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.DeleteAsync(key, etag, cancellationToken));

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        MaybeAsync(() => _store.DeleteAsync(prefix, cancellationToken));

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);

    private async Task<T> MaybeAsync<T>(Func<Task<T>> operation)
    {
        OnOperation?.Invoke(_store);
        if (Failures == 0)
        {
            return await operation();
        }

        Failures--;
        if (Happens)
        {
            await operation();
        }

        throw new ContentStoreException("disk", "The disk failed.");
    }
}
