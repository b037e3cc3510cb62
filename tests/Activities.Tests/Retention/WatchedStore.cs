using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Retention;

/// <summary>A memory store that can run an action before a deletion, and simulate that the process is killed before a write.</summary>
internal sealed class WatchedStore : IContentStore
{
    private readonly MemoryContentStore _store = new();

    /// <summary>The number of writes before the simulated kill; null for no kill.</summary>
    public int? WritesUntilKill { get; set; }

    /// <summary>Runs once, before the next conditional deletion.</summary>
    public Func<Task>? BeforeDelete { get; set; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => _store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        _store.ReadFromAsync(key, offset, maxBytes, cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.PutAsync(key, content, cancellationToken));

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.CreateAsync(key, content, cancellationToken));

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.ReplaceAsync(key, content, etag, cancellationToken));

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.AppendAsync(key, content, flush, cancellationToken));

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.DeleteAsync(key, cancellationToken));

    public async Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default)
    {
        var happens = BeforeDelete;
        BeforeDelete = null;
        await (happens?.Invoke() ?? Task.CompletedTask);
        return await WriteAsync(() => _store.DeleteAsync(key, etag, cancellationToken));
    }

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        WriteAsync(() => _store.DeleteAsync(prefix, cancellationToken));

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);

    private Task<T> WriteAsync<T>(Func<Task<T>> write) => WritesUntilKill-- is 0
        ? throw new ContentStoreException("process", "The process was killed.")
        : write();
}
