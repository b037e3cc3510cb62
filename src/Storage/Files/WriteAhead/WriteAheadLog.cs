using System.Runtime.ExceptionServices;
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
public sealed partial class WriteAheadLog : IDisposable
{
    /// <summary>No segment of a key has a <c>~</c>, so listings ignore the folder.</summary>
    private const string FolderName = "~wal";

    /// <summary>
    /// Length of a segment in bytes after which the next one begins. It grows further while the file system is being flushed behind the segment before.
    /// </summary>
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
    private bool _isCatchingUp;
    private WalSegment? _segment;
    private long _end;
    private SafeFileHandle? _fileSystem;
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
    public static WriteAheadLog? TryOpen(string root) => TryOpen(Path.GetFullPath(root), SystemStart.Find(Path.GetFullPath(root)));

    /// <param name="boot">Identifies the start of the system; null where there must be no log.</param>
    internal static WriteAheadLog? TryOpen(string root, string? boot)
    {
        if (boot is not null)
        {
            return Open(root, boot);
        }

        // The folder comes from a place where it had a log. Its records must not be made again over what is written from now on.
        using var left = new WriteAheadLog(Path.TrimEndingDirectorySeparator(root), "", MaxSegment);
        left.Translated(left.Retire);
        return null;
    }

    /// <param name="boot">Identifies the start of the system.</param>
    internal static WriteAheadLog Open(string root, string boot, long maxSegment = MaxSegment)
    {
        var log = new WriteAheadLog(Path.TrimEndingDirectorySeparator(root), boot, maxSegment);
        log.Translated(log.Recover);
        return log;
    }

    /// <summary>Appends to an open file. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <param name="file">The file, open for reading and writing.</param>
    /// <param name="path">Its absolute path.</param>
    /// <param name="parts">The bytes; at least one.</param>
    /// <param name="offset">The end of the file, in bytes.</param>
    /// <exception cref="IOException">The disk failed. The append may have happened.</exception>
    /// <exception cref="ContentStoreException">The log cannot be locked.</exception>
    public void Append(SafeFileHandle file, string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset) =>
        Commit([new FileAppend(path, parts, offset, file)], flush: true);

    /// <summary>Deletes a file; its folder stays. A missing file is not an error. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be deleted.</exception>
    /// <exception cref="ContentStoreException">The log cannot be locked.</exception>
    public void Delete(string path) => Commit([new FileDeletion(path, above: null)], flush: true);

    /// <summary>
    /// Makes the changes that killed processes recorded and did not make. Call it when the lock of what is to be read and changed is held, before that is
    /// read: the process that held the lock before may have been killed. Blocking: call it on <see cref="DiskThreads"/>.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be written.</exception>
    /// <exception cref="ContentStoreException">The log cannot be locked.</exception>
    public void CatchUp()
    {
        lock (_gate)
        {
            while (_isCatchingUp)
            {
                Monitor.Wait(_gate);
            }

            // A batch that is under way has caught up, and no other process writes meanwhile.
            if (_isCommitting || !HasPending())
            {
                return;
            }

            _isCommitting = _isCatchingUp = true;
        }

        try
        {
            using var held = Take();
            CatchUp(held);
        }
        finally
        {
            lock (_gate)
            {
                _isCommitting = _isCatchingUp = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Makes changes in their order. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <param name="flush">False: they are durable with the next change that is flushed.</param>
    /// <exception cref="IOException">The disk failed. The changes may have been made.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be written.</exception>
    /// <exception cref="ContentStoreException">The log cannot be locked.</exception>
    internal void Commit(IReadOnlyList<FileChange> changes, bool flush)
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
                _isCommitting = _isCatchingUp = true;
            }
        }

        if (batch.Count > 0)
        {
            Process(batch);
            lock (_gate)
            {
                batch.ForEach(done => done.IsDone = true);
                _isCommitting = _isCatchingUp = false;
                Monitor.PulseAll(_gate);
            }
        }

        request.ThrowIfFailed();
    }

    /// <summary>Closes the files. Nothing may be changed meanwhile or afterwards.</summary>
    public void Dispose()
    {
        _segment?.Dispose();
        _fileSystem?.Dispose();
    }

    /// <summary>Waits for the deletion of old segments, for tests.</summary>
    internal Task Discarded => _discarding;

    /// <summary>Records and makes the changes of a batch. Failures are those of its requests.</summary>
    private void Process(List<Request> batch)
    {
        try
        {
            using var held = Take();
            if (!TryCatchUp(held))
            {
                // What a killed process recorded cannot be made. It was not confirmed.
                Discard(held);
            }

            lock (_gate)
            {
                _isCatchingUp = false;
                Monitor.PulseAll(_gate);
            }

            Process(held, batch.FindAll(request => !request.HasLarge));
            batch.FindAll(request => request.HasLarge).ForEach(request => ProcessEach(held, request));
            if (_segment is not null && _end > _maxSegment && _discarding.IsCompleted)
            {
                Rotate(held);
            }
        }
        catch (Exception exception)
        {
            batch.ForEach(request => request.Fail(exception));
        }
    }

    private void Process(WalLock.Held held, List<Request> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        if (_segment is null && !HasRoom())
        {
            // A log would take the space that deletions need.
            batch.ForEach(request => request.Make(flush: true));
            return;
        }

        if (!TryRecord(held, batch))
        {
            // The disk may be full, and has the log's space again. Without a segment each file is flushed by itself.
            Discard(held);
            batch.ForEach(request => request.Make(flush: true));
            return;
        }

        batch.ForEach(request => request.Make(flush: false));
        if (batch.Exists(request => request.HasFailed))
        {
            // What was reported as failed must not be made again after a crash.
            Discard(held);
            batch.FindAll(request => !request.HasFailed).ForEach(request => request.Make(flush: true));
            return;
        }

        held.Write(new WalPosition(_segment!.Number, _segment.Id, _end));
    }

    /// <summary>Makes one change after the other: one that is flushed by itself must not be visible before those that come before it.</summary>
    private void ProcessEach(WalLock.Held held, Request request)
    {
        foreach (var change in request.Changes)
        {
            var part = new Request([change], flush: true);
            if (change.Size <= MaxChange)
            {
                Process(held, [part]);
            }
            else
            {
                Process(held, [new Request([new FileFlushing(change.Path)], flush: true)]);
                part.Make(flush: true);
                if (!part.HasFailed)
                {
                    Process(held, [part = new Request([new FileFlushed(change.Path)], flush: true)]);
                }
            }

            if (part.HasFailed)
            {
                request.Fail(part.Failure!);
                return;
            }
        }
    }

    private bool TryRecord(WalLock.Held held, List<Request> batch)
    {
        try
        {
            _segment ??= Begin(held);
            _end = _segment.Append([.. batch.SelectMany(request => request.Changes)], _root, _end, batch.Exists(request => request.Flush));
            return true;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return false;
        }
    }

    /// <summary>Takes the lock. A failure is of the log, not of the file that is changed.</summary>
    /// <exception cref="ContentStoreException">The lock cannot be opened, or another process has held it for 30 s.</exception>
    private WalLock.Held Take()
    {
        try
        {
            return _lock.Take();
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, _lock.FilePath);
        }
    }

    private sealed class Request(IReadOnlyList<FileChange> changes, bool flush)
    {
        public IReadOnlyList<FileChange> Changes => changes;

        public bool Flush => flush;

        /// <summary>Whether its batch was processed. Guarded by the log's gate.</summary>
        public bool IsDone { get; set; }

        /// <summary>Whether a change is too large to be recorded.</summary>
        public bool HasLarge { get; } = changes.Any(change => change.Size > MaxChange);

        public Exception? Failure { get; private set; }

        public bool HasFailed => Failure is not null;

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

        public void Fail(Exception exception) => Failure ??= exception;

        public void ThrowIfFailed()
        {
            if (Failure is not null)
            {
                ExceptionDispatchInfo.Throw(Failure);
            }
        }
    }
}
