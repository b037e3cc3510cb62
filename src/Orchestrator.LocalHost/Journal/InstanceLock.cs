namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Says that this process drives an instance. A file beside the history is held open under the system's lock, which ends with the process however that
/// ends. A note tells others who holds it, since a locked file cannot be read everywhere. Notes have a folder of their own: it shows what is held, and what
/// a process held when it ended.
/// </summary>
internal sealed class InstanceLock : IInstanceHold
{
    private const string TemporaryExtension = ".tmp";

    private readonly FileStream _held;
    private readonly string _path;
    private readonly string _note;
    private bool _disposed;

    private InstanceLock(FileStream held, string path, string note, bool isFirst) => (_held, _path, _note, IsFirst) = (held, path, note, isFirst);

    public bool IsFirst { get; }

    /// <summary>Called when the lock is released.</summary>
    public Action? Disposed { get; set; }

    /// <param name="path">The path of the file to lock, which is made when it is missing.</param>
    /// <param name="note">The path of the note.</param>
    /// <param name="owner">What the note says.</param>
    /// <returns>Null when it is held.</returns>
    /// <exception cref="JournalException">It cannot be written.</exception>
    public static InstanceLock? TryAcquire(string path, string note, JournalOwner owner)
    {
        MakeWay(path);
        MakeWay(note);
        while (true)
        {
            FileStream held;
            var isFirst = !File.Exists(path);
            try
            {
                held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException problem) when (IsHeld(problem))
            {
                return null;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw Unwritable(path, problem);
            }

            try
            {
                if (IsAt(held, path))
                {
                    WriteNote(note, owner);
                    return new InstanceLock(held, path, note, isFirst);
                }
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                held.Dispose();
                throw Unwritable(path, problem);
            }

            // Its holder deleted the file after it was opened here: the lock is on a file without a name.
            held.Dispose();
        }
    }

    /// <summary>Removes a link or an empty folder in the place of a file that says nothing which could not be written again.</summary>
    /// <exception cref="JournalException">A folder that is not empty is there.</exception>
    public static void MakeWay(string path)
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
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"A folder is in the place of the file '{path}': {problem.Message} Move it away.", problem);
        }
    }

    /// <summary>
    /// Replaces the note as a whole: a note of a process that died is how others find what it left, and must not be lost when this process dies or cannot write.
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

    /// <summary>Who holds the file; null when it is not held.</summary>
    public static JournalOwner? FindHolder(string path, string note)
    {
        if (ReadNote(note) is not { } owner)
        {
            return null;
        }

        try
        {
            // A shared lock is refused while another process has the exclusive one; a note of a process that was killed stays behind without it.
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (IOException problem) when (IsHeld(problem))
        {
            return owner;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The note; null when there is none, or it cannot be read.</summary>
    public static JournalOwner? ReadNote(string note)
    {
        try
        {
            return JournalOwner.Read(File.ReadAllBytes(note));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose() => Dispose(_note);

    public void DisposeAndDelete() => Dispose(_note, _note + TemporaryExtension, _path);

    /// <summary>Releases an unfinished instance: its note stays, so that other processes find the instance.</summary>
    public void Leave() => Dispose([]);

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
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A note without a lock is ignored, and so is an empty file.
        }

        _held.Dispose();
        Disposed?.Invoke();
    }


    /// <summary>Whether opening the file failed because another process holds it: EWOULDBLOCK on Linux and macOS, a sharing or lock violation on Windows.</summary>
    private static bool IsHeld(IOException problem) => problem.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    /// <summary>Whether the open file is still the one at the path: a mark set through the handle must be visible at the path.</summary>
    private static bool IsAt(FileStream held, string path)
    {
        var mark = DateTime.UnixEpoch.AddSeconds(Random.Shared.Next());
        File.SetLastWriteTimeUtc(held.SafeFileHandle, mark);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == mark;
    }

    private static JournalException Unwritable(string path, Exception problem) => new(
        $"The lock '{path}' cannot be written: {problem.Message} {(IsFull(problem) ? "Free some space on its disk" : "Give this user the right to write there")}.", problem);

    private static bool IsFull(Exception problem) => problem is IOException { HResult: 28 or unchecked((int)0x80070070) or unchecked((int)0x80070027) };
}
