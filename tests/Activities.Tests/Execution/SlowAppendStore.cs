using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>A memory store whose next append takes as long as the test says.</summary>
internal sealed class SlowAppendStore : IContentStore
{
    private readonly MemoryContentStore _store = new();

    /// <summary>Called once, before the next append.</summary>
    public Action? OnAppend { get; set; }

    /// <summary>How many appends were asked for.</summary>
    public int Appends { get; private set; }

    /// <summary>What creates and appends wait for, by their key.</summary>
    public Func<ContentKey, Task> Until { get; set; } = _ => Task.CompletedTask;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => _store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        _store.ReadFromAsync(key, offset, maxBytes, cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _store.PutAsync(key, content, cancellationToken);

    public async Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        await Until(key);
        return await _store.CreateAsync(key, content, cancellationToken);
    }

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        _store.ReplaceAsync(key, content, etag, cancellationToken);

    public async Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        Appends++;
        var happens = OnAppend;
        OnAppend = null;
        happens?.Invoke();
        await Until(key);
        return await _store.AppendAsync(key, content, flush, cancellationToken);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => _store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);
}
