using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// The lock of an instance: a file beside the history, locked by the operating system until it is closed or the process ends. A note in a separate
/// file names the holder, because a locked file is not readable on every system. The folder of notes lists the instances that are held, or were held
/// by a process when it ended.
/// </summary>
internal sealed class InstanceLock : IInstanceHold
{
    private const string TemporaryExtension = ".tmp";

    private readonly FileStream _held;
    private readonly string _path;
    private readonly string _note;
    private bool _disposed;

    private InstanceLock(FileStream held, string path, string note) => (_held, _path, _note) = (held, path, note);

    public bool IsFirst { get; private init; }

    /// <summary>
    /// Whether a history will show that the instance was held before, so that the file of the lock need not: it is deleted with the release then.
    /// </summary>
    public required Func<bool> IsKnown { get; init; }

    /// <summary>Called when the lock is released.</summary>
    public Action? Disposed { get; set; }

    /// <param name="path">The path of the file to lock, which is created when it is missing.</param>
    /// <param name="note">The path of the note.</param>
    /// <param name="owner">The content of the note.</param>
    /// <param name="hasHistory">Whether the instance has a history without the file of the lock.</param>
    /// <param name="isKnown">As <see cref="IsKnown"/>.</param>
    /// <returns>The lock; null when it is held already.</returns>
    /// <exception cref="JournalException">The lock cannot be written.</exception>
    public static InstanceLock? TryAcquire(string path, string note, JournalOwner owner, Func<bool> hasHistory, Func<bool> isKnown)
    {
        RemoveObstacle(path);
        RemoveObstacle(note);
        while (true)
        {
            FileStream held;
            var isFirst = !File.Exists(path);
            try
            {
                held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (FileErrors.IsHeld(exception))
            {
                return null;
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                throw Unwritable(path, exception);
            }

            try
            {
                if (IsAt(held, path))
                {
                    WriteNote(note, owner);
                    return new InstanceLock(held, path, note) { IsFirst = isFirst && !hasHistory(), IsKnown = isKnown };
                }
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                held.Dispose();
                throw Unwritable(path, exception);
            }

            // The previous holder deleted the file after it was opened here, so the lock is on an unlinked file: try again.
            held.Dispose();
        }
    }

    /// <summary>Removes a link or an empty folder at the path of a file.</summary>
    /// <exception cref="JournalException">The path is a folder that is not empty.</exception>
    public static void RemoveObstacle(string path)
    {
        try
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                File.Delete(path);
            }
            else if (Directory.Exists(path))
            {
                Directory.Delete(path);
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw new JournalException($"A folder is in the place of the file '{path}': {exception.Message} Move it away.", exception);
        }
    }

    /// <summary>
    /// Replaces the note atomically: other processes find unfinished instances by the notes of ended processes, so the old note must survive a failed
    /// write.
    /// </summary>
    private static void WriteNote(string note, JournalOwner owner)
    {
        var temporary = note + TemporaryExtension;
        try
        {
            File.WriteAllBytes(temporary, owner.Write());
            File.Move(temporary, note, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The process that holds the lock; null when none does.</summary>
    public static JournalOwner? FindHolder(string path, string note)
    {
        if (ReadNote(note) is not { } owner)
        {
            return null;
        }

        try
        {
            // A shared lock fails while another process has the exclusive lock. The note of a killed process remains without a lock.
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (IOException exception) when (FileErrors.IsHeld(exception))
        {
            return owner;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return null;
        }
    }

    /// <summary>Reads a note; null when it is missing or unreadable.</summary>
    public static JournalOwner? ReadNote(string note)
    {
        try
        {
            return JournalOwner.Read(File.ReadAllBytes(note));
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return null;
        }
    }

    public void Dispose() => Dispose(IsKnown() ? [_note, _path] : [_note]);

    public void DisposeAndDelete() => Dispose(_note, _note + TemporaryExtension, _path);

    /// <summary>Releases an unfinished instance. Its note remains, so that other processes find the instance.</summary>
    public void ReleaseUnfinished() => Dispose([]);

    private void Dispose(params ReadOnlySpan<string> files)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            foreach (var file in files)
            {
                File.Delete(file);
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // A note without a lock is ignored, as is an unlocked file.
        }

        _held.Dispose();
        Disposed?.Invoke();
    }

    /// <summary>
    /// Whether the open file is still the one at the path: a write time that is set through the handle must be visible at the path.
    /// </summary>
    private static bool IsAt(FileStream held, string path)
    {
        var mark = DateTime.UnixEpoch.AddSeconds(Random.Shared.Next());
        File.SetLastWriteTimeUtc(held.SafeFileHandle, mark);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == mark;
    }

    private static JournalException Unwritable(string path, Exception exception) => new(
        $"The lock '{path}' cannot be written: {exception.Message} "
        + (FileErrors.IsFull(exception) ? "Free some space on its disk." : "Give this user the right to write there."),
        exception);
}
