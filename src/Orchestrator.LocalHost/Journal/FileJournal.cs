using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Stores histories as files of JSON lines with checksums, flushed to the disk before an append completes. Processes can share the folder: each
/// instance belongs to the process that holds it. Thread-safe.
/// </summary>
/// <remarks>
/// An incomplete last line is a write that a crash interrupted, or that another process has not completed. It was not confirmed, so it is not read,
/// and it is truncated before the next append. A complete but damaged line is corruption: reading fails, and nothing is changed.
/// </remarks>
public sealed partial class FileJournal : ISharedJournal
{
    private const int OpenFiles = 256;

    private readonly ConcurrentDictionary<JournalId, JournalFile> _files = new();
    private readonly ConcurrentDictionary<JournalId, End> _ends = new();
    private readonly HistoryHeaders _headers = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly GroupCommit<HistoryWriter> _commits = HistoryWriter.NewGroup();
    private readonly OpenFileBudget _budget = new(OpenFiles);
    private readonly string _instances;
    private readonly FileInbox _inbox;
    private readonly string _notes;
    private readonly TimeProvider _time;
    private readonly JournalDevice _device;
    private bool _disposed;

    private FileJournal(string folder, TimeProvider time, JournalDevice device)
    {
        Folder = Path.GetFullPath(folder);
        (_time, _device) = (time, device);
        if (File.Exists(Folder))
        {
            throw new JournalException($"The state folder '{Folder}' is a file. Choose another folder, or move the file away.");
        }

        JournalDevice.CreateFolder(Folder);
        JournalDevice.CreateFolder(_instances = Path.Combine(Folder, "instances"));
        var messages = Path.Combine(Folder, "inbox");
        JournalDevice.CreateFolder(messages);
        _inbox = new FileInbox(messages, time, FindHolder);
        JournalDevice.CreateFolder(_notes = NotesOf(Folder));
    }

    /// <summary>The state folder as an absolute path.</summary>
    public string Folder { get; }

    /// <summary>Opens a state folder and creates it when it is missing.</summary>
    /// <param name="folder">An absolute path, or one relative to the current directory.</param>
    /// <param name="time">The clock for waits and for the times in lock notes; null uses the system's.</param>
    /// <param name="log">
    /// Makes histories durable together with what else is written below its folder, which is the journal's or one above. Null: each history is
    /// flushed by itself.
    /// </param>
    /// <exception cref="JournalException">The folder cannot be written.</exception>
    public static FileJournal Open(string folder, TimeProvider? time = null, WriteAheadLog? log = null) => Open(folder, time, new JournalDevice(log));

    internal static FileJournal Open(string folder, TimeProvider? time, JournalDevice device)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new FileJournal(folder, time ?? TimeProvider.System, device);
    }

    /// <summary>Never completes: the locks of a process last as long as the process.</summary>
    public Task<JournalException> Lost { get; } = new TaskCompletionSource<JournalException>().Task;

    /// <inheritdoc/>
    public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (RecordFrame.RejectAny(records) is { } problem)
        {
            return Task.FromException(new ArgumentException(problem, nameof(records)));
        }

        if (_files.TryGetValue(id, out var known))
        {
            return known.AppendAsync(expectedPosition, records);
        }

        var path = PathOf(id);
        if (!File.Exists(path))
        {
            // An extract that remains of an older history does not describe this one.
            DeleteExtract(id);
            return _files.GetOrAdd(id, NewFile(id, path, 0, 0)).AppendAsync(expectedPosition, records);
        }

        return AppendToUnreadAsync(id, expectedPosition, [.. records.Select(record => (ReadOnlyMemory<byte>)record.ToArray())], cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        JournalId id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _headers.ThrowIfUnreadable(id);
        var path = PathOf(id);
        var known = _files.GetValueOrDefault(id);
        var durable = known?.DurableLength;
        using var source = FileSource.TryOpen(path, out var length);
        if (source is null)
        {
            yield break;
        }

        var reader = new JournalReader(id);
        source.Length = durable ?? length;
        await foreach (var record in reader.ReadAsync(source, cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }

        if (known is null)
        {
            _ends[id] = new End(reader.Records, reader.Records == 0 ? 0 : reader.GoodLength, length);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellationToken = default) =>
        ListFilesAsync("*" + InstanceFileName.Extension, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalId> ListAsync(string instanceId, CancellationToken cancellationToken = default) =>
        ListFilesAsync(InstanceFileName.Encode(instanceId) + "~*" + InstanceFileName.Extension, cancellationToken);

    private async IAsyncEnumerable<JournalId> ListFilesAsync(string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var path in Directory.EnumerateFiles(_instances, pattern))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Path.GetFileName(path);
            var id = InstanceFileName.Decode(name, out var isHistory);
            if (isHistory && (id ?? await ReadIdAsync().ConfigureAwait(false)) is { } known)
            {
                yield return known;
            }

            Task<JournalId?> ReadIdAsync() => _headers.ReadIdAsync(name, () => FileSource.TryOpen(path, out _), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(JournalId id, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_files.TryGetValue(id, out var known))
        {
            await known.CloseAsync().ConfigureAwait(false);
        }

        // The extract says that the instance has ended, so it is deleted before the history. It is deleted again after it, because another thread may
        // have written one meanwhile.
        DeleteExtract(id);
        InstanceLock.RemoveObstacle(PathOf(id));
        await DiskThreads.RunAsync(() => _device.Delete(PathOf(id))).ConfigureAwait(false);
        DeleteExtract(id);
        _files.TryRemove(id, out _);
        _ends.TryRemove(id, out _);
    }

    /// <summary>Flushes appended records, closes the files and releases all instances.</summary>
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

        _opening.Dispose();
        foreach (var hold in _holds.Keys)
        {
            hold.ReleaseUnfinished();
        }
    }

    private async Task AppendToUnreadAsync(
        JournalId id, long expectedPosition, ReadOnlyMemory<byte>[] records, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_files.ContainsKey(id))
            {
                if (!_ends.TryGetValue(id, out var end) || end.FileLength != new FileInfo(PathOf(id)).Length)
                {
                    await foreach (var _ in ReadAsync(id, cancellationToken).ConfigureAwait(false))
                    {
                        // Reading to the end stores the position in _ends.
                    }

                    end = _ends[id];
                }

                Adopt(id, end);
            }
        }
        finally
        {
            _opening.Release();
        }

        await _files[id].AppendAsync(expectedPosition, records).ConfigureAwait(false);
    }

    private void Adopt(JournalId id, End end)
    {
        var path = PathOf(id);
        if (end.GoodLength < end.FileLength)
        {
            try
            {
                using var handle = _device.Open(path);
                _device.Truncate(handle, end.GoodLength);
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                throw new JournalException(
                    $"The history in '{path}' ends in an incomplete record that cannot be truncated: {exception.Message} "
                    + "Give this user the right to write the file, then restart.",
                    exception);
            }
        }

        _files.TryAdd(id, NewFile(id, path, end.Records, end.GoodLength));
        _ends.TryRemove(id, out _);
    }

    private JournalFile NewFile(JournalId id, string path, long records, long length) =>
        new(id, path, _device, _budget, _commits, records, length);

    private string PathOf(JournalId id) => Path.Combine(_instances, InstanceFileName.Encode(id));

    /// <summary>The end of a history when it was read.</summary>
    /// <param name="GoodLength">The length in bytes without an incomplete last line.</param>
    private readonly record struct End(long Records, long GoodLength, long FileLength);
}
