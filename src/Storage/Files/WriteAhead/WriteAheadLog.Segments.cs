using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>The segments of the log: their rotation, and what is made again.</summary>
public sealed partial class WriteAheadLog
{
    /// <summary>
    /// A file that says that a flush of the file system failed. The system says that once, and not of which files: only making all changes again, each
    /// with its own flush, makes them durable.
    /// </summary>
    private string LostMark => Path.Join(_folder, "lost");

    private bool IsLost => File.Exists(LostMark);

    /// <summary>
    /// Makes everything durable by itself and deletes the records, for instance of files that were deleted since. Blocking: call it on
    /// <see cref="DiskThreads"/>.
    /// </summary>
    /// <exception cref="ContentStoreException">The log cannot be locked.</exception>
    /// <exception cref="IOException">The disk failed. Records may remain.</exception>
    internal void Renew()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        long number;
        using (var held = Take())
        {
            CatchUp(held);
            if (_segment is null)
            {
                return;
            }

            if (IsLost)
            {
                Rewrite(held);
                return;
            }

            number = BeginNext(held);
        }

        DeleteDurable(number);
    }

    /// <summary>Whether there may be records whose changes were not made: this process is not writing, so another one does or was killed.</summary>
    private bool HasPending() => _lock.Peek() is { Id: not 0 } position
        && (_segment is null || _segment.Id != position.Id || _segment.Length > position.Offset);

    private bool TryCatchUp(WalLock.Held held)
    {
        try
        {
            CatchUp(held);
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
        if (_segment is null || _segment.Id != position.Id)
        {
            _segment?.Dispose();
            _segment = position.Id != 0 && WalSegment.NumbersIn(_folder).Contains(position.Segment) ? WalSegment.Open(_folder, position.Segment) : null;
        }

        _end = position.Offset;
        if (_segment is not null && _segment.Length < _end)
        {
            // A copy that was taken while it was written. In this start of the system all files have what was recorded.
            FlushFiles();
            DeleteAll(held);
        }
        else if (_segment is not null && _segment.Length > _end)
        {
            // It may have been killed before the flush.
            _segment.Flush();
            Repeat(_segment.Read(_root, _end, out _end), flush: false);
            _segment.Truncate(_end);
            held.Write(new WalPosition(_segment.Number, _segment.Id, _end));
        }
    }

    private WalSegment Begin(WalLock.Held held)
    {
        var number = Math.Max(held.Read().Segment, WalSegment.AllIn(_folder).LastOrDefault()) + 1;
        _ = FileSystem;
        var segment = WalSegment.Create(_folder, number, _boot);
        _end = WalSegment.Start;
        held.Write(new WalPosition(number, segment.Id, _end));
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
        if (IsLost)
        {
            Rewrite(held);
            return;
        }

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
                    // The segments remain. The next rotation makes their changes again, and reports what it cannot.
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>
    /// Makes everything durable by itself that was made, and deletes all segments, with what was recorded and not made. The next change begins a new one.
    /// </summary>
    private void Discard(WalLock.Held held)
    {
        if (IsLost)
        {
            Rewrite(held);
            return;
        }

        FlushFiles();
        DeleteAll(held);
    }

    /// <summary>Makes the changes of all segments again that were made before, each with its own flush, and deletes the segments.</summary>
    private void Rewrite(WalLock.Held held)
    {
        var position = held.Read();
        if (_segment is not null && _segment.Id == position.Id)
        {
            _segment.Truncate(position.Offset);
        }

        Repeat(ReadAll(), flush: true);
        DeleteAll(held);
        File.Delete(LostMark);
    }

    private void DeleteAll(WalLock.Held held)
    {
        var position = held.Read();
        _segment?.Dispose();
        _segment = null;
        DeleteBefore(long.MaxValue);

        // Before anything is flushed by itself: segments that came back would undo it.
        DiskFlush.FlushFolder(_folder);

        // Another process may have the deleted segment open, and must neither write to it nor make its changes again.
        held.Write(new WalPosition(position.Segment, 0, 0));
    }

    /// <summary>Makes everything durable by itself and deletes the segments before this one, whose records were made.</summary>
    private void DeleteDurable(long number)
    {
        FlushFiles();
        DeleteBefore(number);
        DiskFlush.FlushFolder(_folder);
    }

    /// <summary>Whether the disk has room for a log and for what is written beside it.</summary>
    private bool HasRoom() => new DriveInfo(_root).AvailableFreeSpace > 4 * _maxSegment;

    private void FlushFiles()
    {
        try
        {
            DiskFlush.FlushFileSystem(FileSystem);
        }
        catch (IOException)
        {
            File.WriteAllBytes(LostMark, []);
            throw;
        }
    }

    /// <summary>Open since before the changes: the system reports a failure only to those who had the file system open when it happened.</summary>
    private SafeFileHandle FileSystem => LazyInitializer.EnsureInitialized(ref _fileSystem, () => DiskFlush.OpenFileSystem(_folder));

    private void DeleteBefore(long number) =>
        WalSegment.AllIn(_folder).Where(older => older < number).ToList().ForEach(older => WalSegment.Delete(_folder, older));

    /// <summary>Makes the changes again if the system was restarted since. Without a restart whatever was written can be read, and nothing is written.</summary>
    private void Recover()
    {
        if (IsCurrent())
        {
            return;
        }

        WalLock.Held held;
        try
        {
            held = Take();
        }
        catch (ContentStoreException) when (!ReadAll().Exists(change => change.IsNeeded()))
        {
            // A backup, or a disk that may only be read: the files have everything.
            return;
        }

        using var released = held;
        if (IsCurrent())
        {
            return;
        }

        _ = FileSystem;
        Repeat(ReadAll(), flush: IsLost);
        FlushFiles();
        _segment = Begin(held);
        DeleteBefore(_segment.Number);
        File.Delete(LostMark);
    }

    /// <summary>Makes all changes again, each with its own flush, and deletes the log.</summary>
    private void Retire()
    {
        if (!Directory.Exists(_folder) || WalSegment.NumbersIn(_folder).Count == 0)
        {
            return;
        }

        using var held = Take();
        Repeat(ReadAll(), flush: true);
        DeleteBefore(long.MaxValue);
        DiskFlush.FlushFolder(_folder);
        held.Write(new WalPosition(held.Read().Segment, 0, 0));
    }

    /// <summary>Whether the log is empty, or was begun in this start of the system.</summary>
    private bool IsCurrent()
    {
        try
        {
            if (!Directory.Exists(_folder) || WalSegment.NumbersIn(_folder) is not { Count: > 0 } numbers)
            {
                return true;
            }

            using var newest = WalSegment.Open(_folder, numbers[^1], FileAccess.Read);
            return newest.Boot == _boot;
        }
        catch (FileNotFoundException)
        {
            // Another process has deleted it, behind a newer one.
            return true;
        }
    }

    private List<FileChange> ReadAll()
    {
        var changes = new List<FileChange>();
        foreach (var number in WalSegment.NumbersIn(_folder))
        {
            try
            {
                using var segment = WalSegment.Open(_folder, number, FileAccess.Read);
                changes.AddRange(segment.Read(_root, WalSegment.Start, out var end));
                if (segment.HasRecordBehind(end))
                {
                    throw new InvalidDataException(
                        $"The log '{segment.FilePath}' is damaged at byte {end}, and has records behind that. What is in the files is as the disk has it: "
                        + "put the log back from a copy, or move it away to go on without what it may have.");
                }
            }
            catch (FileNotFoundException)
            {
                // Another process has deleted it, because its changes are durable.
            }
        }

        return changes;
    }

    /// <summary>Runs the work of an opening.</summary>
    /// <exception cref="ContentStoreException">It failed.</exception>
    private void Translated(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception) || exception is ContentStoreException)
        {
            var problem = exception as ContentStoreException ?? FileErrors.Translate(exception, _folder, _root);
            throw new ContentStoreException(
                problem.Location,
                $"'{_root}' was in use when its system was restarted, or comes from another one: what its log '{FolderName}' has must be written to its files "
                + $"before they are read. {problem.Message}",
                exception);
        }
        catch (InvalidDataException exception)
        {
            throw new ContentStoreException(_folder, $"Cannot use '{_root}': {exception.Message}", exception);
        }
    }

    /// <summary>Makes changes again, of each file from the last one on that says what the whole file is.</summary>
    private static void Repeat(List<FileChange> changes, bool flush)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].IsWhole)
            {
                first[changes[i].Path] = i;
            }
        }

        for (var i = 0; i < changes.Count; i++)
        {
            if (i >= first.GetValueOrDefault(changes[i].Path))
            {
                changes[i].Repeat(flush);
            }
        }
    }
}
