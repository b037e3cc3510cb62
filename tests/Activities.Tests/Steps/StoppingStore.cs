using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Steps;

/// <summary>A memory store that heeds its tokens before each operation, as one over a network would, and tells of it first.</summary>
internal sealed class StoppingStore : IContentStore
{
    private readonly MemoryContentStore _store = new();

    /// <summary>Called before each operation.</summary>
    public Action? OnOperation { get; set; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.GetAsync(key, cancellationToken), cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.ReadFromAsync(key, offset, cancellationToken), cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.PutAsync(key, content, cancellationToken), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.CreateAsync(key, content, cancellationToken), cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.ReplaceAsync(key, content, etag, cancellationToken), cancellationToken);

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.AppendAsync(key, content, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.DeleteAsync(key, cancellationToken), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        HeedAsync(() => _store.DeleteAsync(prefix, cancellationToken), cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);

    private async Task<T> HeedAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        OnOperation?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        return await operation();
    }
}
