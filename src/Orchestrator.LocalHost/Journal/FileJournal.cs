using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Histories as files of JSON lines with checksums, flushed to the disk before an append completes. The folder belongs to one process at a time.
/// </summary>
/// <remarks>
/// An incomplete last line is a write that a crash tore: it was never confirmed, and is cut off when the history is read. A damaged line that is
/// complete is corruption: reading it fails, and nothing is changed.
/// </remarks>
public sealed class FileJournal : IJournal
{
    private const int OpenFiles = 256;

    private readonly ConcurrentDictionary<JournalId, JournalFile> _files = new();
    private readonly ConcurrentDictionary<JournalId, JournalException> _unreadable = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly OpenFileBudget _budget = new(OpenFiles);
    private readonly string _instances;
    private readonly JournalDevice _device;
    private readonly StateFolderLock _lock;
    private readonly FlushThreads _threads;
    private bool _disposed;

    private FileJournal(string folder, TimeProvider time, JournalDevice device)
    {
        Folder = Path.GetFullPath(folder);
        _device = device;
        _lock = StateFolderLock.Acquire(Folder, time);
        _instances = Path.Combine(Folder, "instances");
        try
        {
            Directory.CreateDirectory(_instances);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _lock.Dispose();
            throw StateFolderLock.Unwritable(_instances, problem);
        }

        _threads = new FlushThreads(Math.Clamp(Environment.ProcessorCount, 2, 8));
    }

    /// <summary>The absolute path of the state folder.</summary>
    public string Folder { get; }

    /// <summary>Takes possession of a state folder, which is created when it is missing.</summary>
    /// <param name="folder">Absolute, or relative to the current directory.</param>
    /// <param name="time">Dates the owner's note; null means the system's clock.</param>
    /// <exception cref="JournalException">Another process owns the folder (the message names it), or it cannot be written.</exception>
    public static FileJournal Open(string folder, TimeProvider? time = null) => Open(folder, time, new JournalDevice());

    internal static FileJournal Open(string folder, TimeProvider? time, JournalDevice device)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new FileJournal(folder, time ?? TimeProvider.System, device);
    }

    /// <summary>Whether a living process has possession of the folder, as its note there says; null when the note is of another machine.</summary>
    public static bool? HasOwner(string folder) => StateFolderLock.FindOwner(Path.GetFullPath(folder)) is { } owner ? owner.IsAlive() : false;

    /// <summary>Never completes: the system holds the folder's lock as long as the process lives.</summary>
    public Task<JournalException> Lost { get; } = new TaskCompletionSource<JournalException>().Task;

    /// <inheritdoc/>
    public Task AppendAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (RecordFrame.Reject(record.Span) is { } problem)
        {
            return Task.FromException(new ArgumentException(problem, nameof(record)));
        }

        if (_files.TryGetValue(id, out var known))
        {
            return known.Append(expectedPosition, record.Span);
        }

        var path = PathOf(id);
        if (!File.Exists(path))
        {
            return _files.GetOrAdd(id, NewFile(id, path, 0, 0)).Append(expectedPosition, record.Span);
        }

        return AppendToUnreadAsync(id, expectedPosition, record.ToArray(), cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_unreadable.TryGetValue(id, out var refusal))
        {
            throw refusal;
        }

        var path = PathOf(id);
        if (!File.Exists(path))
        {
            yield break;
        }

        var reader = new JournalReader(id);
        var length = _files.TryGetValue(id, out var known) ? known.DurableLength : new FileInfo(path).Length;
        using (var source = new FileSource(path, length))
        {
            await foreach (var record in reader.ReadAsync(source, cancellation).ConfigureAwait(false))
            {
                yield return record;
            }
        }

        if (known is null)
        {
            Adopt(id, path, reader, length);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalId> ListAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var path in Directory.EnumerateFiles(_instances))
        {
            cancellation.ThrowIfCancellationRequested();
            var name = Path.GetFileName(path);
            var id = InstanceFileName.Decode(name, out var isHistory);
            if (isHistory && (id ?? await ReadIdAsync(path, name, cancellation).ConfigureAwait(false)) is { } known)
            {
                yield return known;
            }
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(JournalId id, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_files.TryGetValue(id, out var known))
        {
            await known.CloseAsync().ConfigureAwait(false);
        }

        File.Delete(PathOf(id));
        _files.TryRemove(id, out _);
    }

    /// <summary>Flushes what was appended, closes the files and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var file in _files.Values)
        {
            await file.CloseAsync().ConfigureAwait(false);
        }

        _threads.Dispose();
        _opening.Dispose();
        _lock.Dispose();
    }

    /// <summary>The id behind a name that holds only its hash; null when nothing was written yet.</summary>
    /// <remarks>Where the header cannot tell, the file's name stands for the id: reading that gives the reason, and nobody else's history is touched.</remarks>
    private async Task<JournalId?> ReadIdAsync(string path, string name, CancellationToken cancellation)
    {
        try
        {
            var reader = new JournalReader(null);
            using var source = new FileSource(path, new FileInfo(path).Length);
            await foreach (var _ in reader.ReadAsync(source, cancellation).ConfigureAwait(false))
            {
                break;
            }

            if (reader.Header is not { } header)
            {
                return null;
            }

            var id = new JournalId(header.Instance, header.Generation);
            return InstanceFileName.Encode(id) == name
                ? id
                : throw new JournalCorruptException(path, 0, 0, $"says that this is the history of '{id}', whose file has another name: it was renamed or copied");
        }
        catch (JournalException problem)
        {
            var unknown = new JournalId(name, 0);
            _unreadable[unknown] = problem;
            return unknown;
        }
    }

    private async Task AppendToUnreadAsync(JournalId id, long expectedPosition, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_files.ContainsKey(id))
            {
                await foreach (var _ in ReadAsync(id, cancellation).ConfigureAwait(false))
                {
                    // Reading to the end is what tells the position, and cuts a torn tail off.
                }
            }
        }
        finally
        {
            _opening.Release();
        }

        await _files[id].Append(expectedPosition, record.Span).ConfigureAwait(false);
    }

    private void Adopt(JournalId id, string path, JournalReader reader, long length)
    {
        var good = reader.Records == 0 ? 0 : reader.GoodLength;
        if (good < length)
        {
            try
            {
                using var handle = _device.Open(path);
                _device.Truncate(handle, good);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new JournalException(
                    $"The history in '{path}' ends in a torn record that cannot be cut off: {problem.Message} "
                    + "Give this user the right to write the file, then restart.",
                    problem);
            }
        }

        _files.TryAdd(id, NewFile(id, path, reader.Records, good));
    }

    private JournalFile NewFile(JournalId id, string path, long records, long length) =>
        new(id, path, _device, _threads, _budget, records, length);

    private string PathOf(JournalId id) => Path.Combine(_instances, InstanceFileName.Encode(id));
}
