namespace Orchestrator.Storage.Files;

/// <summary>Turns what the operating system says into a sentence that names the place and the remedy.</summary>
public static class FileErrors
{
    private const string DeadLink = "it is a link that leads nowhere. Put back what it leads to, or delete the link";
    private const int TooManyOpenFiles = 24;
    private const int UnixDiskFull = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;

    /// <summary>A part of the disk cannot be read (EIO); also when all of it cannot.</summary>
    private const int BadBlock = 5;

    /// <summary>A socket, for instance (ENXIO).</summary>
    private const int NoFile = 6;

    private const int WindowsBadBlock = unchecked((int)0x80070017);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsWriteProtected = unchecked((int)0x80070013);

    /// <summary>Whether this is the disk's or the system's failure, not a bug in this program.</summary>
    public static bool IsOfTheDisk(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Whether opening a file failed because another process holds it: EWOULDBLOCK on Linux and macOS, a sharing or lock violation on Windows.
    /// </summary>
    public static bool IsHeld(Exception exception) =>
        exception is IOException { HResult: 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021) };

    /// <summary>The file that stands where the path needs a folder; null when there is none.</summary>
    public static string? FileAbove(string path)
    {
        var above = Path.GetDirectoryName(path);
        while (above is not null && !File.Exists(above))
        {
            above = Path.GetDirectoryName(above);
        }

        return above;
    }

    /// <summary>Whether a file could not be opened since there is none: neither something else in its place, nor a file where one of its folders should be.</summary>
    internal static bool IsMissing(Exception exception, string path) => exception is FileNotFoundException or DirectoryNotFoundException && Misplaced(path) is null;

    /// <param name="path">The file that was to be read.</param>
    internal static ContentStoreException TranslateRead(Exception exception, string path)
    {
        if (Misplaced(path) is { } problem)
        {
            return new ContentValueException(path, $"Cannot read '{path}': {problem}.", exception);
        }

        var translated = Translate(exception, path);
        return IsOfOneFile(exception, Path.GetDirectoryName(path)!) ? new ContentValueException(path, translated.Message, exception) : translated;
    }

    /// <summary>
    /// Whether the failure says something of this file only. Any that is not known to do so may be the system's or the disk's, which passes: then trying again
    /// helps, and what depends on the file is not given up at once.
    /// </summary>
    private static bool IsOfOneFile(Exception exception, string folder) => exception switch
    {
        UnauthorizedAccessException or PathTooLongException or { HResult: NoFile } => Directory.Exists(folder),
        { HResult: BadBlock or WindowsBadBlock } => CanBeListed(folder),
        _ => false,
    };

    /// <summary>Whether the disk answers.</summary>
    private static bool CanBeListed(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            return false;
        }
    }

    /// <param name="path">The file that was to be written.</param>
    internal static ContentStoreException TranslateWrite(Exception exception, string path) => Directory.Exists(path)
        ? new ContentValueException(path, $"Cannot write '{path}': it is a folder, other keys are below it. Choose another key, or move the folder away.", exception)
        : IsDeadLink(path) ? new ContentValueException(path, $"Cannot write '{path}': {DeadLink}.", exception)
        : Translate(exception, path);

    /// <summary>What stands where the file should be, with the remedy; null when nothing does, or a file.</summary>
    private static string? Misplaced(string path) => Directory.Exists(path) ? "it is a folder where a file should be. Move it away"
        : IsDeadLink(path) ? DeadLink
        : Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder) && FileAbove(path) is { } file
            ? $"'{file}' is a file where a folder should be. Move it away"
        : null;

    // File.Exists is true for a link that leads nowhere.
    private static bool IsDeadLink(string path)
    {
        try
        {
            return FolderWalk.IsLink(path) && new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>What happened, as a sentence: the path, the problem and what to do.</summary>
    /// <param name="exception">One of the disk (<see cref="IsOfTheDisk"/>).</param>
    /// <param name="path">The file or folder that was to be used.</param>
    /// <param name="inFolder">The folder whose rights and space matter; null when it is the one that <paramref name="path"/> is in.</param>
    public static ContentStoreException Translate(Exception exception, string path, string? inFolder = null)
    {
        var folder = inFolder ?? Path.GetDirectoryName(path) ?? path;
        var (problem, remedy) = exception switch
        {
            UnauthorizedAccessException => (
                "permission denied or read-only",
                $"Give the account '{Environment.UserName}' the right to read and write '{folder}', or choose another folder with --state"),
            PathTooLongException => ("the path is too long for this file system", "Choose a state folder with a shorter path (--state)"),
            { HResult: WindowsDiskFull or WindowsHandleDiskFull } => Full(folder),
            { HResult: WindowsWriteProtected } => ReadOnly,
            _ when !OperatingSystem.IsWindows() => exception.HResult switch
            {
                // Linux numbers; macOS shares all but that of the quota.
                UnixDiskFull => Full(folder),
                30 => ReadOnly,
                TooManyOpenFiles => ("the process has too many files open", "Raise the limit (ulimit -n) or lower maxParallelism"),
                LinuxQuota or MacQuota => ("the disk quota is used up", $"Free some space below '{folder}' or choose another folder with --state"),
                _ => Other(exception, folder),
            },
            _ => Other(exception, folder),
        };
        return new ContentStoreException(path, $"Cannot use '{path}': {problem}. {remedy}.", exception) { IsFull = IsFull(exception) };
    }

    /// <summary>Whether the disk is full, or the quota of the account is used up.</summary>
    public static bool IsFull(Exception exception) => exception.HResult is WindowsDiskFull or WindowsHandleDiskFull
        || !OperatingSystem.IsWindows() && exception is IOException { HResult: UnixDiskFull or LinuxQuota or MacQuota };

    private static (string Problem, string Remedy) ReadOnly =>
        ("the disk is read-only", "Mount it for writing or choose another folder with --state");

    private static (string Problem, string Remedy) Full(string folder) =>
        ("the disk is full", $"Free some space below '{folder}' ('orchestrator runs prune' deletes old runs), then resume");

    private static (string Problem, string Remedy) Other(Exception exception, string folder) => FileAbove(Path.Combine(folder, "x")) is { } file
        ? ($"'{file}' is a file, so nothing can be below it", "Move that file away or choose another folder or key")
        : (exception.Message.TrimEnd('.'), "Check the disk and the folder, then try again");
}
