using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Histories as files of JSON lines with checksums, flushed to the disk before an append completes. Processes share the folder: each instance belongs
/// to the one that holds it.
/// </summary>
/// <remarks>
/// An incomplete last line is a write that a crash tore, or one that another process is making: it was never confirmed, and is not read. It is cut off
/// before the next append. A damaged line that is complete is corruption: reading it fails, and nothing is changed.
/// </remarks>
public sealed partial class FileJournal : ISharedJournal
{
    private const int OpenFiles = 256;

    private readonly ConcurrentDictionary<JournalId, JournalFile> _files = new();
    private readonly ConcurrentDictionary<JournalId, End> _ends = new();
    private readonly ConcurrentDictionary<JournalId, JournalException> _unreadable = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly OpenFileBudget _budget = new(OpenFiles);
    private readonly string _instances;
    private readonly string _inbox;
    private readonly string _notes;
    private readonly TimeProvider _time;
    private readonly JournalDevice _device;
    private readonly FlushThreads _threads;
    private bool _disposed;

    private FileJournal(string folder, TimeProvider time, JournalDevice device)
    {
        Folder = Path.GetFullPath(folder);
        (_time, _device) = (time, device);
        if (File.Exists(Folder))
        {
            throw new JournalException($"The state folder '{Folder}' is a file. Choose another folder, or move the file away.");
        }

        Make(Folder);
        Make(_instances = Path.Combine(Folder, "instances"));
        Make(_inbox = Path.Combine(Folder, "inbox"));
        Make(_notes = NotesOf(Folder));
        _threads = new FlushThreads(Math.Clamp(Environment.ProcessorCount, 2, 8));
    }

    /// <summary>The absolute path of the state folder.</summary>
    public string Folder { get; }

    /// <summary>Opens a state folder, which is created when it is missing.</summary>
    /// <param name="folder">Absolute, or relative to the current directory.</param>
    /// <param name="time">Dates the notes of holders, and messages; null means the system's clock.</param>
    /// <exception cref="JournalException">It cannot be written.</exception>
    public static FileJournal Open(string folder, TimeProvider? time = null) => Open(folder, time, new JournalDevice());

    internal static FileJournal Open(string folder, TimeProvider? time, JournalDevice device)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new FileJournal(folder, time ?? TimeProvider.System, device);
    }

    /// <summary>Never completes: the system holds what this process holds as long as the process lives.</summary>
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
            // An extract that is left of a history that was moved away does not describe this one.
            DeleteExtract(id);
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
        var known = _files.GetValueOrDefault(id);
        var durable = known?.DurableLength;
        using var source = FileSource.TryOpen(path, out var length);
        if (source is null)
        {
            yield break;
        }

        var reader = new JournalReader(id);
        source.Length = durable ?? length;
        await foreach (var record in reader.ReadAsync(source, cancellation).ConfigureAwait(false))
        {
            yield return record;
        }

        if (known is null)
        {
            _ends[id] = new End(reader.Records, reader.Records == 0 ? 0 : reader.GoodLength, length);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => ListFilesAsync("*" + InstanceFileName.Extension, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalId> ListAsync(string instanceId, CancellationToken cancellation = default) =>
        ListFilesAsync(InstanceFileName.Encode(instanceId) + "~*" + InstanceFileName.Extension, cancellation);

    private async IAsyncEnumerable<JournalId> ListFilesAsync(string pattern, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var path in Directory.EnumerateFiles(_instances, pattern))
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

        // An extract says that the instance has ended, so it is deleted before its history. One that is written at this moment is deleted afterwards.
        DeleteExtract(id);
        InstanceLock.MakeWay(PathOf(id));
        File.Delete(PathOf(id));
        DeleteExtract(id);
        _files.TryRemove(id, out _);
        _ends.TryRemove(id, out _);
    }

    /// <summary>Flushes what was appended, closes the files and releases every instance.</summary>
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
        foreach (var hold in _holds.Keys)
        {
            hold.Leave();
        }
    }

    /// <summary>The id behind a name that holds only its hash; null when nothing was written yet.</summary>
    /// <remarks>Where the header cannot tell, the file's name stands for the id: reading that gives the reason, and no other history is touched.</remarks>
    private async Task<JournalId?> ReadIdAsync(string path, string name, CancellationToken cancellation)
    {
        try
        {
            var reader = new JournalReader(null);
            using var source = FileSource.TryOpen(path, out _);
            if (source is null)
            {
                return null;
            }

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
                if (!_ends.TryGetValue(id, out var end) || end.FileLength != new FileInfo(PathOf(id)).Length)
                {
                    await foreach (var _ in ReadAsync(id, cancellation).ConfigureAwait(false))
                    {
                        // The position is known when the history was read to its end.
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

        await _files[id].Append(expectedPosition, record.Span).ConfigureAwait(false);
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
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new JournalException(
                    $"The history in '{path}' ends in a torn record that cannot be cut off: {problem.Message} "
                    + "Give this user the right to write the file, then restart.",
                    problem);
            }
        }

        _files.TryAdd(id, NewFile(id, path, end.Records, end.GoodLength));
        _ends.TryRemove(id, out _);
    }

    private JournalFile NewFile(JournalId id, string path, long records, long length) =>
        new(id, path, _device, _threads, _budget, records, length);

    private string PathOf(JournalId id) => Path.Combine(_instances, InstanceFileName.Encode(id));

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            for (var above = folder; above is not null; above = Path.GetDirectoryName(above))
            {
                if (File.Exists(above))
                {
                    throw new JournalException($"The state folder '{folder}' cannot be written: '{above}' is a file. Choose another folder.", problem);
                }
            }

            throw new JournalException(
                $"The state folder '{folder}' cannot be written: {problem.Message} Choose another folder, or give this user the right to write there.", problem);
        }
    }

    /// <summary>Where a history ended when it was read.</summary>
    /// <param name="GoodLength">Without the torn line that may come last, in bytes.</param>
    private readonly record struct End(long Records, long GoodLength, long FileLength);
}
