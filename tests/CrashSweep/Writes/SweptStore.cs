using Orchestrator.Activities.Stores;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>A content store whose writes happen when <see cref="SweepWrites"/> lets them.</summary>
internal sealed class SweptStore(MemoryContentStore store, SweepWrites writes) : IContentStore
{
    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default) =>
        store.ReadFromAsync(key, offset, cancellationToken);

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        store.ListAsync(prefix, cancellationToken);

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("put", key, content, bytes => store.PutAsync(key, bytes, CancellationToken.None), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("create", key, content, bytes => store.CreateAsync(key, bytes, CancellationToken.None), cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        AskAsync("replace", key, content, bytes => store.ReplaceAsync(key, bytes, etag, CancellationToken.None), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        AskAsync("delete", key, default, _ => store.DeleteAsync(key, CancellationToken.None), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writes.AskAsync(new PendingWrite<int>(null, $"delete {prefix}", [], () => Done(store.DeleteAsync(prefix, CancellationToken.None))));
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        return writes.AskAsync(new PendingWrite<long>(
            null,
            $"append {key}",
            bytes,
            () => Done(store.AppendAsync(key, bytes, CancellationToken.None)),
            () => Done(store.AppendAsync(key, bytes.AsMemory(0, bytes.Length / 2), CancellationToken.None))));
    }

    private Task<T> AskAsync<T>(
        string operation, ContentKey key, ReadOnlyMemory<byte> content, Func<byte[], Task<T>> perform, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        return writes.AskAsync(new PendingWrite<T>(null, $"{operation} {key}", bytes, () => Done(perform(bytes))));
    }

    /// <summary>The store is in memory: its tasks have ended when they are returned.</summary>
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
