using System.Runtime.CompilerServices;
using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.Storage.Files;

/// <summary>
/// The contract in files below one folder; a key is a path. When the task of a write completes, the content and the file's name are on the disk.
/// Thread-safe. Processes may share the folder: writes of one key are serialized across processes, too (<see cref="FolderLocks"/>).
/// </summary>
/// <remarks>
/// The ETag of a file is a hash of its content, so it is valid across processes and copies of the folder; content that changed and changed back
/// counts as unchanged. A folder is deleted with its last value. Links below the folder are never followed by a listing or a deletion.
/// </remarks>
public sealed class FileContentStore : IContentStore
{
    /// <summary>
    /// Minimum age of a temporary file that counts as left by a crash. A write takes milliseconds; the rest is a margin for another process that is
    /// writing.
    /// </summary>
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(10);

    /// <summary>Maximum number of files that one piece of disk work deletes, so that other work is not delayed for long.</summary>
    private const int DeletedAtOnce = 256;

    private readonly string _root;
    private readonly IReadOnlyCollection<string>? _folders;
    private readonly FolderLocks _shared;
    private readonly KeyedLock _locks = new();
    private readonly GroupCommit<string> _appends;
    private readonly FileWriter _files;

    /// <summary>Opens the store, creates a missing folder, and begins to delete the temporary files of crashed writes.</summary>
    /// <param name="root">The folder; a relative path is relative to the current directory.</param>
    /// <param name="clock">The clock for the age of temporary files.</param>
    /// <param name="folders">
    /// The allowed first segments of keys, for a folder that has other files, too: only these are listed and deleted, and any other key is refused
    /// with an <see cref="ArgumentException"/>. Null: everything below the folder belongs to the store.
    /// </param>
    /// <param name="log">
    /// Makes the changes of the folder durable, and of other users of it, with one flush; it is the log of <paramref name="root"/> or of a folder above.
    /// Null: each file is flushed by itself.
    /// </param>
    /// <exception cref="ContentStoreException">The folder cannot be created.</exception>
    public FileContentStore(string root, TimeProvider clock, IReadOnlyCollection<string>? folders = null, WriteAheadLog? log = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
        _files = new FileWriter(_root, log);
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

    /// <summary>Completes when the temporary files of crashed writes are deleted. Waiting is not necessary: all members ignore such files.</summary>
    public Task LeftoversRemoved { get; }

    /// <summary>The number of keys that are being written.</summary>
    internal int KeysInUse => _locks.Count + _appends.Count;

    public async Task<StoredContent?> GetAsync(ContentKey key, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        using var handle = ValueFile.OpenForReading(path);
        if (handle is null)
        {
            return null;
        }

        var bytes = await ValueFile.ReadAsync(handle, path, 0, RandomAccess.GetLength(handle), cancellationToken);
        return new StoredContent(bytes, ValueFile.ETagOf(bytes));
    }

    public async Task<ContentTail?> ReadFromAsync(ContentKey key, long offset, int? maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes ?? 1, 1, nameof(maxBytes));
        var path = PathOf(key);
        using var handle = ValueFile.OpenForReading(path);
        if (handle is null)
        {
            return null;
        }

        var length = RandomAccess.GetLength(handle);
        var count = Math.Min(Math.Max(0, length - offset), maxBytes ?? long.MaxValue);
        var bytes = await ValueFile.ReadAsync(handle, path, offset, count, cancellationToken);
        return new ContentTail(bytes, count == 0 ? length : offset + bytes.Length);
    }

    public async Task<string> PutAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        await LockedAsync(key, () => _files.Write(path, content, overwrite: true), cancellationToken);
        return ValueFile.ETagOf(content.Span);
    }

    public async Task<string?> CreateAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        var created = await LockedAsync(key, () => !File.Exists(path) && _files.Write(path, content, overwrite: false), cancellationToken);
        return created ? ValueFile.ETagOf(content.Span) : null;
    }

    public async Task<string?> ReplaceAsync(
        ContentKey key, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var path = PathOf(key);
        var replaced = await LockedAsync(
            key, () => ValueFile.HasETag(path, etag) && _files.Write(path, content, overwrite: true), cancellationToken);
        return replaced ? ValueFile.ETagOf(content.Span) : null;
    }

    public Task<long> AppendAsync(ContentKey key, ReadOnlyMemory<byte> content, bool flush, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, IContentStore.MaxAppendBytes, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        Check(key);
        return _appends.AddAsync(key.Value, content, flush);
    }

    public async Task<IReadOnlyList<ContentWritten>> WriteAsync(IReadOnlyList<ContentWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        var keys = writes.Select(write => Check(write.Key).Value).Distinct().Order(StringComparer.Ordinal).ToList();
        var held = new List<IDisposable>(keys.Count);
        try
        {
            // In ordinal order, so that two concurrent calls cannot deadlock.
            foreach (var key in keys)
            {
                held.Add(await _locks.AcquireAsync(key, cancellationToken));
            }

            return await _shared.RunAsync(keys, () => CaughtUp(() => _files.Write(writes, PathOf)));
        }
        finally
        {
            held.ForEach(key => key.Dispose());
        }
    }

    public async Task<bool> DeleteAsync(ContentKey key, CancellationToken cancellationToken = default) =>
        await DeleteFilesAsync([key], cancellationToken) > 0;

    public async Task<bool> DeleteAsync(ContentKey key, string etag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var path = PathOf(key);
        return await LockedAsync(key, () => ValueFile.HasETag(path, etag) && _files.Delete([path]) > 0, cancellationToken);
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

    public Task EraseDeletedAsync(CancellationToken cancellationToken = default) => DiskThreads.RunAsync(_files.EraseDeleted);

    public async IAsyncEnumerable<ContentKey> ListAsync(
        ContentPrefix prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var key in FolderWalk.KeysAsync(_root, prefix, _folders))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    /// <summary>Runs work while no other writer, in this or another process, uses the key.</summary>
    private async Task<T> LockedAsync<T>(ContentKey key, Func<T> work, CancellationToken cancellationToken)
    {
        using var held = await _locks.AcquireAsync(key.Value, cancellationToken);
        return await _shared.RunAsync(key.Value, () => CaughtUp(work));
    }

    private T CaughtUp<T>(Func<T> work)
    {
        _files.CatchUp();
        return work();
    }

    private string PathOf(ContentKey key) => Path.Combine(_root, Check(key).Value.Replace('/', Path.DirectorySeparatorChar));

    private ContentKey Check(ContentKey key) => _folders?.Contains(ContentKey.FirstOf(key.Value)) == false
        ? throw new ArgumentException($"'{key}' is not below a folder of this store: {string.Join(", ", _folders)}.", nameof(key))
        : key;

    private Task<long> AppendBatchAsync(string key, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool flush)
    {
        var parsed = ContentKey.Parse(key);
        var path = PathOf(parsed);
        return LockedAsync(parsed, () => _files.Append(path, parts, flush), CancellationToken.None);
    }

    // The keys are in ordinal order, so that two concurrent deletions cannot deadlock.
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
            var count = await DiskThreads.RunAsync(() => DeleteFree(keys, busy));
            foreach (var key in busy)
            {
                count += await _shared.RunAsync(key.Value, () => CaughtUp(() => _files.Delete([PathOf(key)])));
            }

            return count;
        }
        finally
        {
            held.ForEach(key => key.Dispose());
        }
    }

    /// <summary>
    /// Deletes the files whose keys are not locked; those of keys that another process has locked, or whose lock one of these has, are added to
    /// <paramref name="busy"/>.
    /// </summary>
    private int DeleteFree(ContentKey[] keys, List<ContentKey> busy)
    {
        var held = new List<IDisposable>(keys.Length);
        try
        {
            var paths = new List<string>(keys.Length);
            foreach (var key in keys)
            {
                if (_shared.TryTake(key.Value) is { } taken)
                {
                    held.Add(taken);
                    paths.Add(PathOf(key));
                }
                else
                {
                    busy.Add(key);
                }
            }

            return CaughtUp(() => _files.Delete(paths));
        }
        finally
        {
            held.ForEach(taken => taken.Dispose());
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
