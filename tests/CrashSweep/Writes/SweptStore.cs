using Orchestrator.CrashSweep.Running;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>
/// A content store whose writes happen when <see cref="SweepWrites"/> lets them. Reads have ended when they are returned, on files too: whatever they
/// do on threads of their own is done before the pool is quiet.
/// </summary>
internal sealed class SweptStore(SweepDisk disk, SweepWrites writes) : IContentStore
{
    private readonly IContentStore _store = disk.Store;

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        ReadAsync(key.Value, () => _store.GetAsync(key, cancellationToken));

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default) =>
        ReadAsync(key.Value, () => _store.ReadFromAsync(key, offset, cancellationToken));

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        writes.IsStoreAway
            ? throw Away(prefix.Value)
            : _store.ListAsync(prefix, cancellationToken).ToBlockingEnumerable(cancellationToken).ToList().ToAsyncEnumerable();

    public Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("put", key, content, bytes => _store.PutAsync(key, bytes, CancellationToken.None), cancellationToken);

    public Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync("create", key, content, bytes => CreateAsync(key, bytes), cancellationToken);

    public Task<string?> ReplaceAsync(ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        AskAsync("replace", key, content, bytes => _store.ReplaceAsync(key, bytes, etag, CancellationToken.None), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        AskAsync("delete", key, default, _ => _store.DeleteAsync(key, CancellationToken.None), cancellationToken);

    public Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        AskAsync("delete", key, default, _ => _store.DeleteAsync(key, etag, CancellationToken.None), cancellationToken);

    public Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writes.AskAsync(new PendingWrite<int>(null, $"delete {prefix}", [], () => Done(_store.DeleteAsync(prefix, CancellationToken.None))));
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        return writes.AskAsync(new PendingWrite<long>(
            null,
            $"append {key}",
            bytes,
            () => Done(_store.AppendAsync(key, bytes, CancellationToken.None)),
            () => Done(_store.AppendAsync(key, bytes.AsMemory(0, bytes.Length / 2), CancellationToken.None))));
    }

    private Task<T> AskAsync<T>(
        string operation, ContentKey key, ReadOnlyMemory<byte> content, Func<byte[], Task<T>> perform, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        return writes.AskAsync(new PendingWrite<T>(null, $"{operation} {key}", bytes, () => Done(perform(bytes))));
    }

    private async Task<string?> CreateAsync(ContentKey key, byte[] bytes)
    {
        var etag = await _store.CreateAsync(key, bytes, CancellationToken.None);
        if (etag is not null)
        {
            disk.Remember(key);
        }

        return etag;
    }

    private Task<T> ReadAsync<T>(string place, Func<Task<T>> read)
    {
        try
        {
            return writes.IsStoreAway ? Task.FromException<T>(Away(place)) : Task.FromResult(Done(read()));
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private static ContentStoreException Away(string place) => new(place, $"{place}: the sweep's store is away.");

    /// <summary>In memory its tasks have ended when they are returned; files are waited for.</summary>
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
