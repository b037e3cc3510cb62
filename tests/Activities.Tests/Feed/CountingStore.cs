using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Feed;

/// <summary>A store in memory that counts how many values are read.</summary>
internal sealed class CountingStore : IContentStore
{
    private readonly MemoryContentStore _store = new();
    private int _reads;

    public int Reads
    {
        get => _reads;
        set => _reads = value;
    }

    /// <summary>Called before each read of a value.</summary>
    public Func<Task> BeforeRead { get; set; } = () => Task.CompletedTask;

    public async Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        await BeforeRead();
        return await _store.GetAsync(key, cancellationToken);
    }

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return _store.ReadFromAsync(key, offset, maxBytes, cancellationToken);
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _store.PutAsync(key, content, cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _store.CreateAsync(key, content, cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        _store.ReplaceAsync(key, content, etag, cancellationToken);

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        _store.AppendAsync(key, content, flush, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => _store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);
}
