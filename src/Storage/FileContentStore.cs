using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage.Files;

namespace Orchestrator.Storage;

/// <summary>
/// The contract in files below one folder, a key being a path. Durable: a write has reached the disk, and so has its name, when its task completes.
/// Thread-safe, and several processes may share the folder: what the contract says about writers holds across processes (<see cref="FolderLocks"/>).
/// </summary>
/// <remarks>
/// The ETag of a file is a hash of its content, so it stays valid across processes and copies of the folder; content that changed and changed
/// back counts as unchanged. A folder is deleted with its last value. Links below the folder are never listed, swept or deleted through.
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
    private readonly IReadOnlyCollection<string>? _folders;
    private readonly FolderLocks _shared;
    private readonly KeyedLock _locks = new();
    private readonly GroupCommit<string> _appends;

    /// <summary>Opens the store, creating the folder when absent, and begins to remove what crashed writes left behind.</summary>
    /// <param name="root">The folder; a relative path counts from the current one.</param>
    /// <param name="clock">Tells how old a left-over file is.</param>
    /// <param name="folders">
    /// What keys may begin with, where the folder holds other things too: only that is listed, swept and deleted, and any other key is refused
    /// with an <see cref="ArgumentException"/>. Null: everything below the folder is the store's.
    /// </param>
    /// <exception cref="ContentStoreException">The folder cannot be created.</exception>
    public FileContentStore(string root, TimeProvider clock, IReadOnlyCollection<string>? folders = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
        _folders = folders;
        _shared = new FolderLocks(_root);
        _appends = new GroupCommit<string>(AppendBatchAsync);
        try
        {
            Directory.CreateDirectory(_root);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, _root, _root);
        }

        var before = clock.GetUtcNow() - LeftoverAge;
        LeftoversRemoved = DiskThreads.RunAsync(() => RemoveLeftovers(before));
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
        var path = PathOf(key);
        await LockedAsync(key, () => DurableFile.Write(path, content, overwrite: true), cancellationToken);
        return ETagOf(content.Span);
    }

    public async Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        var created = await LockedAsync(key, () => !File.Exists(path) && DurableFile.Write(path, content, overwrite: false), cancellationToken);
        return created ? ETagOf(content.Span) : null;
    }

    public async Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var path = PathOf(key);
        var replaced = await LockedAsync(key, () => IsStill(path, etag) && DurableFile.Write(path, content, overwrite: true), cancellationToken);
        return replaced ? ETagOf(content.Span) : null;
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        Check(key);
        return _appends.AddAsync(key.Value, content);
    }

    public async Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        await DeleteFilesAsync([key], cancellationToken) > 0;

    public async Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var path = PathOf(key);
        return await LockedAsync(key, () => IsStill(path, etag) && DurableFile.Delete([path], _root) > 0, cancellationToken);
    }

    public async Task<int> DeleteAsync(ContentPrefix prefix, CancellationToken cancellationToken = default)
    {
        var count = 0;
        if (prefix.Start.Length == 0)
        {
            await DiskThreads.RunAsync(() =>
            {
                FolderWalk.RemoveEmpty(_root, prefix.Folder, _folders);
                return 0;
            });
        }

        await foreach (var keys in ListAsync(prefix, cancellationToken).Chunk(DeletedAtOnce).WithCancellation(cancellationToken))
        {
            count += await DeleteFilesAsync(keys, cancellationToken);
        }

        return count;
    }

    public async IAsyncEnumerable<ContentKey> ListAsync(
        ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var key in FolderWalk.KeysAsync(_root, prefix, _folders))
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
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return FileErrors.IsMissing(exception, path) ? null : throw FileErrors.TranslateRead(exception, path);
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
            throw FileErrors.TranslateRead(exception, path);
        }

        return bytes;
    }

    /// <summary>Works on one key while no other writer does, neither here nor in another process.</summary>
    private async Task<T> LockedAsync<T>(ContentKey key, Func<T> work, CancellationToken cancellationToken)
    {
        using var held = await _locks.AcquireAsync(key.Value, cancellationToken);
        return await _shared.RunAsync(key.Value, work);
    }

    private static bool IsStill(string path, string etag)
    {
        try
        {
            return ETagOf(File.ReadAllBytes(path)) == etag;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return FileErrors.IsMissing(exception, path) ? false : throw FileErrors.TranslateRead(exception, path);
        }
    }

    private string PathOf(ContentKey key) => Path.Combine(_root, Check(key).Value.Replace('/', Path.DirectorySeparatorChar));

    private ContentKey Check(ContentKey key) => _folders?.Contains(ContentKey.FirstOf(key.Value)) == false
        ? throw new ArgumentException($"'{key}' is not below a folder of this store: {string.Join(", ", _folders)}.", nameof(key))
        : key;

    private Task<long> AppendBatchAsync(string key, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var parsed = ContentKey.Parse(key);
        var path = PathOf(parsed);
        return LockedAsync(parsed, () => DurableFile.Append(path, parts), CancellationToken.None);
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

            var busy = new List<ContentKey>();
            var count = await DiskThreads.RunAsync(() => DurableFile.Delete(LockEach(keys, busy), _root));
            foreach (var key in busy)
            {
                count += await _shared.RunAsync(key.Value, () => DurableFile.Delete([PathOf(key)], _root));
            }

            return count;
        }
        finally
        {
            held.ForEach(key => key.Dispose());
        }
    }

    /// <summary>The paths, each locked while it is looked at; what another process has at the moment goes to <paramref name="busy"/>.</summary>
    private IEnumerable<string> LockEach(ContentKey[] keys, List<ContentKey> busy)
    {
        foreach (var key in keys)
        {
            using var held = _shared.TryTake(key.Value);
            if (held is null)
            {
                busy.Add(key);
            }
            else
            {
                yield return PathOf(key);
            }
        }
    }

    private void RemoveLeftovers(DateTimeOffset before)
    {
        foreach (var path in FolderWalk.Leftovers(_root, _folders, before))
        {
            DurableFile.DeleteQuietly(path);
        }
    }
}
