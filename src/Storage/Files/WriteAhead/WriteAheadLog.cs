using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>
/// Makes changes of all files below a folder durable with one flush: a change is recorded in the log, the log is flushed, and the file is written
/// without a flush. The changes that threads ask for at the same time share a flush. After a crash of the system the next opening makes the recorded
/// changes again. Processes share the log: one at a time writes to it, and what a killed one recorded and did not make, the next one makes. Thread-safe.
/// </summary>
/// <remarks>
/// All changes of a file below the folder that are to be durable must go through the log, in an order that their callers ensure by locks. A segment of
/// the log is deleted when the whole file system was flushed behind it, in the background. docs/decisions/0035.
/// </remarks>
public sealed class WriteAheadLog : IDisposable
{
    /// <summary>No segment of a key has a <c>~</c>, so listings ignore the folder.</summary>
    private const string FolderName = "~wal";

    /// <summary>Length of a segment in bytes after which the next one begins: so much at most is made again after a crash, or twice that.</summary>
    private const long MaxSegment = 4 * 1024 * 1024;

    /// <summary>Maximum size in bytes of a change that is recorded. The file of a larger one is flushed by itself.</summary>
    private const long MaxChange = 256 * 1024;

    private readonly object _gate = new();
    private readonly string _root;
    private readonly string _folder;
    private readonly string _boot;
    private readonly long _maxSegment;
    private readonly WalLock _lock;
    private List<Request> _waiting = [];
    private bool _isCommitting;
    private WalSegment? _segment;
    private long _end;
    private Task _discarding = Task.CompletedTask;

    private WriteAheadLog(string root, string boot, long maxSegment)
    {
        (_root, _boot, _maxSegment) = (root, boot, maxSegment);
        _folder = Path.Join(root, FolderName);
        _lock = new WalLock(_folder);
    }

    /// <summary>
    /// Opens the log of a folder, and makes the changes again that a crash of the system may have lost. Nothing is created before the first change.
    /// </summary>
    /// <returns>
    /// Null where each file must be flushed by itself: on systems other than Linux, on network file systems, and where it cannot be known whether the
    /// system was restarted.
    /// </returns>
    /// <exception cref="ContentStoreException">Changes must be made again, and that failed.</exception>
    public static WriteAheadLog? TryOpen(string root)
    {
        root = Path.GetFullPath(root);
        return SystemStart.Find(root) is { } boot ? Open(root, boot) : null;
    }

    /// <param name="boot">Identifies the start of the system.</param>
    internal static WriteAheadLog Open(string root, string boot, long maxSegment = MaxSegment)
    {
        var log = new WriteAheadLog(Path.TrimEndingDirectorySeparator(root), boot, maxSegment);
        try
        {
            log.Recover();
            return log;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, log._folder, root);
        }
        catch (InvalidDataException exception)
        {
            throw new ContentStoreException(
                log._folder, $"Cannot use '{root}': a newer version of the program wrote the log '{log._folder}'. Use that version.", exception);
        }
    }

    /// <summary>Appends to an open file. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <param name="file">The file, open for reading and writing.</param>
    /// <param name="path">Its absolute path.</param>
    /// <param name="parts">The bytes; at least one.</param>
    /// <param name="offset">The end of the file, in bytes.</param>
    /// <exception cref="IOException">The disk failed. The append may have happened.</exception>
    public void Append(SafeFileHandle file, string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset) =>
        Commit([new FileAppend(path, parts, offset, file)], flush: true);

    /// <summary>Deletes a file; its folder stays. A missing file is not an error. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be deleted.</exception>
    public void Delete(string path) => Commit([new FileDeletion(path, above: null)], flush: true);

    /// <summary>
    /// Makes everything durable by itself and deletes the records, for instance of files that were deleted since. Blocking: call it on
    /// <see cref="DiskThreads"/>.
    /// </summary>
    /// <exception cref="IOException">The disk failed. Records may remain.</exception>
    /// <exception cref="UnauthorizedAccessException">The log must not be written.</exception>
    internal void Renew()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        long number;
        using (var held = _lock.Take())
        {
            CatchUp(held);
            if (_segment is null)
            {
                return;
            }

            number = BeginNext(held);
        }

        DeleteDurable(number);
    }

    /// <summary>Makes changes in their order. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <param name="flush">False: they are durable with the next change that is flushed.</param>
    /// <exception cref="IOException">The disk failed. The changes may have been made.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be written.</exception>
    internal void Commit(IReadOnlyList<FileChange> changes, bool flush)
    {
        if (!changes.Any(change => change.Size > MaxChange))
        {
            CommitTogether(changes, flush);
            return;
        }

        foreach (var change in changes)
        {
            if (change.Size > MaxChange)
            {
                change.Make(flush: true);
                CommitTogether([new FileFlushed(change.Path)], flush: true);
            }
            else
            {
                CommitTogether([change], flush);
            }
        }
    }

    /// <summary>Closes the files. Nothing may be changed meanwhile or afterwards.</summary>
    public void Dispose() => _segment?.Dispose();

    /// <summary>Waits for the deletion of old segments, for tests.</summary>
    internal Task Discarded => _discarding;

    private void CommitTogether(IReadOnlyList<FileChange> changes, bool flush)
    {
        var request = new Request(changes, flush);
        List<Request> batch = [];
        lock (_gate)
        {
            _waiting.Add(request);
            while (_isCommitting && !request.IsDone)
            {
                Monitor.Wait(_gate);
            }

            if (!request.IsDone)
            {
                // This thread makes the changes of all that wait.
                (batch, _waiting) = (_waiting, batch);
                _isCommitting = true;
            }
        }

        if (batch.Count > 0)
        {
            Process(batch);
            lock (_gate)
            {
                batch.ForEach(done => done.IsDone = true);
                _isCommitting = false;
                Monitor.PulseAll(_gate);
            }
        }

        request.ThrowIfFailed();
    }

    /// <summary>Records and makes the changes of a batch. Failures are those of its requests.</summary>
    private void Process(List<Request> batch)
    {
        try
        {
            using var held = _lock.Take();
            var flush = batch.Exists(request => request.Flush);
            if (!TryRecord(held, batch, flush))
            {
                // The disk may be full, and has the log's space again. Without a segment each file is flushed by itself.
                Discard(held);
                batch.ForEach(request => request.Make(flush: true));
                return;
            }

            batch.ForEach(request => request.Make(flush: false));
            held.Write(new WalPosition(_segment!.Number, _end));
            if (batch.Exists(request => request.HasFailed))
            {
                // What was reported as failed must not be made again after a crash.
                Discard(held);
            }
            else if (_end > _maxSegment && _discarding.IsCompleted)
            {
                Rotate(held);
            }
        }
        catch (Exception exception)
        {
            batch.ForEach(request => request.Fail(exception));
        }
    }

    private bool TryRecord(WalLock.Held held, List<Request> batch, bool flush)
    {
        try
        {
            CatchUp(held);
            _segment ??= Begin(held);
            _end = _segment.Append([.. batch.SelectMany(request => request.Changes)], _root, _end, flush);
            return true;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return false;
        }
    }

    /// <summary>Goes to the end of the log, where another process may have written, and makes the changes that a killed process only recorded.</summary>
    private void CatchUp(WalLock.Held held)
    {
        var position = held.Read();
        if (_segment is null || _segment.Number != position.Segment)
        {
            _segment?.Dispose();
            _segment = WalSegment.NumbersIn(_folder).Contains(position.Segment) ? WalSegment.Open(_folder, position.Segment) : null;
        }

        _end = position.Offset;
        if (_segment is not null && _segment.Length > _end)
        {
            Repeat(_segment.Read(_root, _end, out _end));
            _segment.Truncate(_end);
            held.Write(new WalPosition(_segment.Number, _end));
        }
    }

    private WalSegment Begin(WalLock.Held held)
    {
        var number = Math.Max(held.Read().Segment, WalSegment.NumbersIn(_folder).LastOrDefault()) + 1;
        var segment = WalSegment.Create(_folder, number, _boot);
        _end = WalSegment.Start;
        held.Write(new WalPosition(number, _end));
        return segment;
    }

    /// <summary>Begins the next segment. The older ones are to be deleted when everything behind them is durable.</summary>
    /// <returns>Its number.</returns>
    private long BeginNext(WalLock.Held held)
    {
        // Records without a flush must be durable with the first one of the next segment.
        _segment!.Flush();
        var next = Begin(held);
        _segment.Dispose();
        _segment = next;
        return next.Number;
    }

    private void Rotate(WalLock.Held held)
    {
        var number = BeginNext(held);
        _discarding = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    DeleteDurable(number);
                }
                catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
                {
                    // The segments remain, and are deleted with the next one.
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Makes everything durable by itself and deletes all segments. The next change begins a new one.</summary>
    private void Discard(WalLock.Held held)
    {
        DiskFlush.FlushFileSystem(_folder);
        var position = held.Read();
        _segment?.Dispose();
        _segment = null;
        DeleteBefore(long.MaxValue);

        // Before anything is flushed by itself: segments that came back would undo it.
        DiskFlush.FlushFolder(_folder);
        held.Write(position with { Offset = WalSegment.Start });
    }

    /// <summary>Makes everything durable by itself and deletes the segments before this one, whose records were made.</summary>
    private void DeleteDurable(long number)
    {
        DiskFlush.FlushFileSystem(_folder);
        DeleteBefore(number);
    }

    private void DeleteBefore(long number) =>
        WalSegment.NumbersIn(_folder).Where(older => older < number).ToList().ForEach(older => WalSegment.Delete(_folder, older));

    private void Recover()
    {
        if (!Directory.Exists(_folder) || WalSegment.NumbersIn(_folder).Count == 0)
        {
            return;
        }

        using var held = _lock.Take();
        var numbers = WalSegment.NumbersIn(_folder);
        var changes = new List<FileChange>();
        foreach (var number in numbers)
        {
            using var segment = WalSegment.Open(_folder, number);
            if (number == numbers[^1] && segment.Boot == _boot)
            {
                // The system did not crash: whatever was written can be read.
                CatchUp(held);
                return;
            }

            changes.AddRange(segment.Read(_root, WalSegment.Start, out _));
        }

        Repeat(changes);
        DiskFlush.FlushFileSystem(_folder);
        held.Write(new WalPosition(numbers.LastOrDefault(), WalSegment.Start));
        _segment = Begin(held);
        DeleteBefore(_segment.Number);
    }

    private static void Repeat(List<FileChange> changes)
    {
        var flushed = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i] is FileFlushed)
            {
                flushed[changes[i].Path] = i;
            }
        }

        for (var i = 0; i < changes.Count; i++)
        {
            if (i > flushed.GetValueOrDefault(changes[i].Path, -1))
            {
                changes[i].Make(flush: false);
            }
        }
    }

    private sealed class Request(IReadOnlyList<FileChange> changes, bool flush)
    {
        private Exception? _failure;

        public IReadOnlyList<FileChange> Changes => changes;

        public bool Flush => flush;

        /// <summary>Whether its batch was processed. Guarded by the log's gate.</summary>
        public bool IsDone { get; set; }

        public bool HasFailed => _failure is not null;

        public void Make(bool flush)
        {
            try
            {
                foreach (var change in changes)
                {
                    change.Make(flush);
                }
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                Fail(exception);
            }
        }

        public void Fail(Exception exception) => _failure ??= exception;

        public void ThrowIfFailed()
        {
            if (_failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
            }
        }
    }
}
