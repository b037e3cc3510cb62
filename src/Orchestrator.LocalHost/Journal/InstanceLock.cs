namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Says that this process drives an instance. A file beside the history is held open under the system's lock, which ends with the process however that
/// ends. A note beside it tells others who holds it, since a locked file cannot be read everywhere.
/// </summary>
internal sealed class InstanceLock : IInstanceHold
{
    private readonly FileStream _held;
    private readonly string _path;
    private bool _disposed;

    private InstanceLock(FileStream held, string path, bool isFirst) => (_held, _path, IsFirst) = (held, path, isFirst);

    public bool IsFirst { get; }

    /// <summary>Told when it lets go.</summary>
    public Action? Disposed { get; set; }

    /// <param name="path">The path of the file to lock, which is made when it is missing.</param>
    /// <returns>Null when it is held.</returns>
    /// <exception cref="JournalException">It cannot be written.</exception>
    public static InstanceLock? TryAcquire(string path, TimeProvider time)
    {
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
                    File.WriteAllBytes(NotePath(path), JournalOwner.ThisProcess(time).Write());
                    return new InstanceLock(held, path, isFirst);
                }
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                held.Dispose();
                throw Unwritable(path, problem);
            }

            // Its holder deleted the file after we had opened it: the lock is one on nothing.
            held.Dispose();
        }
    }

    /// <summary>Who holds the file; null when nobody does.</summary>
    public static JournalOwner? FindHolder(string path)
    {
        JournalOwner? note;
        try
        {
            note = JournalOwner.Read(File.ReadAllBytes(NotePath(path)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        try
        {
            // A shared lock is refused while somebody has the exclusive one; a note of a process that was killed stays behind without it.
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (IOException problem) when (IsHeld(problem))
        {
            return note;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose() => Dispose(forGood: false);

    public void DisposeForGood() => Dispose(forGood: true);

    private void Dispose(bool forGood)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            File.Delete(NotePath(_path));
            if (forGood)
            {
                File.Delete(_path);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A note without a lock counts for nothing, and an empty file does no harm.
        }

        _held.Dispose();
        Disposed?.Invoke();
    }

    private static string NotePath(string path) => Path.ChangeExtension(path, ".owner");

    /// <summary>Whether opening the file failed because someone holds it: EWOULDBLOCK on Linux and macOS, a sharing or lock violation on Windows.</summary>
    private static bool IsHeld(IOException problem) => problem.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    /// <summary>Whether the open file is still the one at the path: what is marked through one must show at the other.</summary>
    private static bool IsAt(FileStream held, string path)
    {
        var mark = DateTime.UnixEpoch.AddSeconds(Random.Shared.Next());
        File.SetLastWriteTimeUtc(held.SafeFileHandle, mark);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == mark;
    }

    private static JournalException Unwritable(string path, Exception problem) => new(
        $"The lock '{path}' cannot be written: {problem.Message} Give this user the right to write there.", problem);
}
