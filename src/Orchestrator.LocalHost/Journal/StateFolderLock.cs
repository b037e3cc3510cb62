namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Says that this process owns a state folder. The file <c>lock</c> is held open, so that the system lets go of it when the process dies however it
/// dies; <c>owner.json</c> beside it tells others who the owner is, since a locked file cannot be read everywhere.
/// </summary>
internal sealed class StateFolderLock : IDisposable
{
    private readonly FileStream _held;
    private readonly string _note;

    private StateFolderLock(FileStream held, string note) => (_held, _note) = (held, note);

    /// <exception cref="JournalException">Another process owns the folder, or it cannot be written.</exception>
    public static StateFolderLock Acquire(string folder, TimeProvider time)
    {
        if (File.Exists(folder))
        {
            throw new JournalException($"The state folder '{folder}' is a file. Choose another folder, or move the file away.");
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder, problem);
        }

        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (IsHeld(problem))
        {
            throw InUse(folder, problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder, problem);
        }

        try
        {
            File.WriteAllBytes(OwnerPath(folder), JournalOwner.ThisProcess(time).Write());
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw Unwritable(folder, problem);
        }

        return new StateFolderLock(held, OwnerPath(folder));
    }

    public static JournalException Unwritable(string folder, Exception problem) =>
        new($"The state folder '{folder}' cannot be written: {problem.Message} Choose another folder, or give this user the right to write there.", problem);

    public void Dispose()
    {
        try
        {
            File.Delete(_note);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It names a process that has let go; who asks finds that out when the process is gone.
        }

        _held.Dispose();
    }

    /// <summary>Whether opening the file failed because someone holds it: EWOULDBLOCK on Linux and macOS, a sharing or lock violation on Windows.</summary>
    private static bool IsHeld(IOException problem) => problem.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private static string OwnerPath(string folder) => Path.Combine(folder, "owner.json");

    /// <summary>Who took possession of the folder last; null when nobody did, or the note cannot be read: what counts is that the lock is held.</summary>
    public static JournalOwner? FindOwner(string folder)
    {
        try
        {
            return JournalOwner.Read(File.ReadAllBytes(OwnerPath(folder)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static JournalException InUse(string folder, IOException problem)
    {
        var owner = FindOwner(folder);
        return new($"The state folder '{folder}' is in use by {owner?.ToString() ?? "another process"}. One process owns a state folder: stop that process, or choose another folder.", problem);
    }
}
