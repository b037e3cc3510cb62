using Orchestrator.Storage;

namespace Orchestrator.Testing.Stores;

/// <summary>
/// A memory store on a disk of blocks, where a value is written beside the one that it replaces, as files are. The process can be killed before a
/// write.
/// </summary>
public sealed class FullStore : IContentStore
{
    private const int BlockBytes = 4096;

    private readonly MemoryContentStore _store = new();

    /// <summary>How many blocks can be written; what is deleted adds to them.</summary>
    public int FreeBlocks { get; set; } = int.MaxValue / 2;

    /// <summary>How many writes and deletions still happen; null: all.</summary>
    public int? WritesUntilKill { get; set; }

    /// <summary>Called after the deletion of a value.</summary>
    public Func<ContentKey, Task>? Deleted { get; set; }

    public Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default) => _store.GetAsync(key, cancellationToken);

    public Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default) =>
        _store.ReadFromAsync(key, offset, maxBytes, cancellationToken);

    public async Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        (await WriteAsync(key, content, async () => await _store.PutAsync(key, content, cancellationToken)))!;

    public async Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        await _store.GetAsync(key, cancellationToken) is null
            ? await WriteAsync(key, content, () => _store.CreateAsync(key, content, cancellationToken))
            : null;

    public async Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default) =>
        (await _store.GetAsync(key, cancellationToken))?.ETag == etag
            ? await WriteAsync(key, content, () => _store.ReplaceAsync(key, content, etag, cancellationToken))
            : null;

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default) =>
        WriteAsync(key, content, () => _store.AppendAsync(key, content, flush, cancellationToken));

    public async Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        DieInTime();
        FreeBlocks += await BlocksAsync(key);
        var deleted = await _store.DeleteAsync(key, cancellationToken);
        if (deleted && Deleted is { } happens)
        {
            await happens(key);
        }

        return deleted;
    }

    public async Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default) =>
        (await _store.GetAsync(key, cancellationToken))?.ETag == etag && await DeleteAsync(key, cancellationToken);

    public async Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        var count = 0;
        await foreach (var key in _store.ListAsync(prefix, cancellationToken))
        {
            count += await DeleteAsync(key, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    public IAsyncEnumerable<ContentKey> ListAsync(ContentPrefix prefix, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cancellationToken);

    private async Task<T> WriteAsync<T>(ContentKey key, ReadOnlyMemory<byte> content, Func<Task<T>> write)
    {
        DieInTime();
        var old = await BlocksAsync(key);
        var blocks = Blocks(content.Length);
        if (blocks > FreeBlocks)
        {
            throw new ContentStoreException(key.Value, "The disk is full.") { IsFull = true };
        }

        FreeBlocks += old - blocks;
        return await write();
    }

    private void DieInTime()
    {
        if (WritesUntilKill-- is 0)
        {
            WritesUntilKill = 0;
            throw new ContentStoreException("process", "The process was killed.");
        }
    }

    private async Task<int> BlocksAsync(ContentKey key) => await _store.GetAsync(key) is { } present ? Blocks(present.Bytes.Length) : 0;

    private static int Blocks(int bytes) => (bytes + BlockBytes - 1) / BlockBytes;
}
