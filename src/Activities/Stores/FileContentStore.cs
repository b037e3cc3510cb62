using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Activities.Stores.Files;

namespace Orchestrator.Activities.Stores;

/// <summary>
/// The contract in files below one folder, a key being a path. Durable: a write has reached the disk, and so has its name, when its task completes.
/// Thread-safe. One process owns the folder: <see cref="CreateAsync"/> is exclusive across processes too, replacing and appending are not.
/// </summary>
/// <remarks>
/// The ETag of a file is a hash of its content, so it stays valid across processes and copies of the folder; content that changed and changed
/// back counts as unchanged. The last value of a folder takes the folder with it.
/// </remarks>
public sealed class FileContentStore : IContentStore
{
    /// <summary>
    /// How old a temporary file must be before it counts as left behind by a crash. A write takes milliseconds; the rest is margin, since another
    /// process may be writing while a command only looks.
    /// </summary>
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(10);

    /// <summary>One trip to the disk's threads for many files; few enough that others get their turn in between.</summary>
    private const int DeletedAtOnce = 256;

    private readonly string _root;
    private readonly KeyedLock _locks = new();
    private readonly GroupCommit _appends;

    /// <summary>Opens the store, creating the folder when absent, and begins to remove what crashed writes left behind.</summary>
    /// <param name="root">The folder; a relative path counts from the current one.</param>
    /// <param name="clock">Tells how old a left-over file is.</param>
    /// <exception cref="ContentStoreException">The folder cannot be created.</exception>
    public FileContentStore(string root, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
        _appends = new GroupCommit(AppendBatchAsync);
        try
        {
            Directory.CreateDirectory(_root);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, _root, _root);
        }

        var before = clock.GetUtcNow() - LeftoverAge;
        LeftoversRemoved = DiskScheduler.RunAsync(() => RemoveLeftovers(before));
    }

    /// <summary>Completes when the temporary files of crashed writes are gone. Nothing needs to wait for it: every member ignores them.</summary>
    public Task LeftoversRemoved { get; }

    /// <summary>How many keys are being written; 0 when idle.</summary>
    internal int KeysInUse => _locks.Count + _appends.Count;

    public async Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        using var handle = OpenForReading(path);
        if (handle is null)
        {
            return null;
        }

        var bytes = await ReadAsync(handle, path, 0, RandomAccess.GetLength(handle), cancellationToken);
        return new StoredContent(bytes, ETagOf(bytes));
    }

    public async Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var path = PathOf(key);
        using var handle = OpenForReading(path);
        if (handle is null)
        {
            return null;
        }

        var length = RandomAccess.GetLength(handle);
        return new ContentTail(await ReadAsync(handle, path, offset, Math.Max(0, length - offset), cancellationToken), length);
    }

    public async Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using var held = await _locks.AcquireAsync(key.Value, cancellationToken);
        await DiskScheduler.RunAsync(() => DurableFile.Write(PathOf(key), content, overwrite: true));
        return ETagOf(content.Span);
    }

    public async Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        using var held = await _locks.AcquireAsync(key.Value, cancellationToken);
        var created = await DiskScheduler.RunAsync(() => !File.Exists(path) && DurableFile.Write(path, content, overwrite: false));
        return created ? ETagOf(content.Span) : null;
    }

    public async Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        using var held = await _locks.AcquireAsync(key.Value, cancellationToken);
        var present = await GetAsync(key, cancellationToken);
        if (present?.ETag != etag)
        {
            return null;
        }

        await DiskScheduler.RunAsync(() => DurableFile.Write(PathOf(key), content, overwrite: true));
        return ETagOf(content.Span);
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        return _appends.AddAsync(key.Value, content);
    }

    public async Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        await DeleteFilesAsync([key], cancellationToken) > 0;

    public async Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        var count = 0;
        await foreach (var keys in ListAsync(prefix, cancellationToken).Chunk(DeletedAtOnce).WithCancellation(cancellationToken))
        {
            count += await DeleteFilesAsync(keys, cancellationToken);
        }

        return count;
    }

    public async IAsyncEnumerable<ContentKey> ListAsync(
        ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var key in FolderWalk.KeysAsync(_root, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    private static string ETagOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    private static SafeFileHandle? OpenForReading(string path)
    {
        try
        {
            return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return Directory.Exists(path) || FileErrors.FileAbove(path) is not null ? null : throw FileErrors.Translate(exception, path);
        }
    }

    private static async Task<byte[]> ReadAsync(
        SafeFileHandle handle, string path, long offset, long count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var filled = 0;
        try
        {
            while (filled < bytes.Length)
            {
                var read = await RandomAccess.ReadAsync(handle, bytes.AsMemory(filled), offset + filled, cancellationToken);
                if (read == 0)
                {
                    // A failed append was cut off between the look at the length and now.
                    return bytes[..filled];
                }

                filled += read;
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, path);
        }

        return bytes;
    }

    private string PathOf(ContentKey key) => Path.Combine(_root, key.Value.Replace('/', Path.DirectorySeparatorChar));

    private async Task<long> AppendBatchAsync(string key, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var held = await _locks.AcquireAsync(key, CancellationToken.None);
        return await DiskScheduler.RunAsync(() => DurableFile.Append(PathOf(ContentKey.Parse(key)), parts));
    }

    // The keys come in ordinal order, so two deletions that meet cannot wait for each other's locks.
    private async Task<int> DeleteFilesAsync(ContentKey[] keys, CancellationToken cancellationToken)
    {
        var held = new List<IDisposable>(keys.Length);
        try
        {
            foreach (var key in keys)
            {
                held.Add(await _locks.AcquireAsync(key.Value, cancellationToken));
            }

            return await DiskScheduler.RunAsync(() => DurableFile.Delete(keys.Select(PathOf), _root));
        }
        finally
        {
            held.ForEach(key => key.Dispose());
        }
    }

    private void RemoveLeftovers(DateTimeOffset before)
    {
        foreach (var path in FolderWalk.Leftovers(_root, before))
        {
            DurableFile.DeleteQuietly(path);
        }
    }
}
