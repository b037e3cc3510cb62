using Orchestrator.Activities.Stores;

namespace Orchestrator.Bench.Layers;

/// <summary>Counts what the app asks of its store.</summary>
internal sealed class CountingStore(IContentStore store) : IContentStore
{
    private readonly TaskCompletionSource _firstAppend = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _values;
    private long _appends;
    private long _reads;

    /// <summary>Values written whole, each made durable by itself.</summary>
    public long Values => Interlocked.Read(ref _values);

    /// <summary>Appends, which share flushes.</summary>
    public long Appends => Interlocked.Read(ref _appends);

    /// <summary>Completes when the app appends for the first time: a step begins or ends.</summary>
    public Task FirstAppend => _firstAppend.Task;

    public long Reads => Interlocked.Read(ref _reads);

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return store.GetAsync(key, cancellationToken);
    }

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return store.ReadFromAsync(key, offset, cancellationToken);
    }

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.PutAsync(key, content, cancellationToken);
    }

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.CreateAsync(key, content, cancellationToken);
    }

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _values);
        return store.ReplaceAsync(key, content, etag, cancellationToken);
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _appends);
        _firstAppend.TrySetResult();
        return store.AppendAsync(key, content, cancellationToken);
    }

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) => store.DeleteAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(key, etag, cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) => store.DeleteAsync(prefix, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);
}
