namespace Orchestrator.Storage.Files;

/// <summary>Translates errors of the disk into messages that name the path and the remedy. Thread-safe.</summary>
public static class FileErrors
{
    private const string DeadLink = "it is a link whose target is missing. Restore the target, or delete the link";
    private const int TooManyOpenFiles = 24;
    private const int UnixDiskFull = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;

    /// <summary>EIO: a part of the disk, or all of it, cannot be read.</summary>
    private const int BadBlock = 5;

    /// <summary>ENXIO: not a regular file, for instance a socket.</summary>
    private const int NoFile = 6;

    private const int WindowsBadBlock = unchecked((int)0x80070017);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsWriteProtected = unchecked((int)0x80070013);

    /// <summary>Whether this is a failure of the disk or the operating system rather than a bug.</summary>
    public static bool IsOfTheDisk(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>
    /// Whether opening a file failed because another process holds it: EWOULDBLOCK on Linux and macOS, a sharing or lock violation on Windows.
    /// </summary>
    public static bool IsHeld(Exception exception) =>
        exception is IOException { HResult: 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021) };

    /// <summary>The nearest file at a place where <paramref name="path"/> needs a folder; null when there is none.</summary>
    public static string? FileAbove(string path)
    {
        var above = Path.GetDirectoryName(path);
        while (above is not null && !File.Exists(above))
        {
            above = Path.GetDirectoryName(above);
        }

        return above;
    }

    /// <summary>
    /// Whether a file could not be opened because it is missing, and neither a folder nor a link is at its path, nor a file at that of one of its
    /// folders.
    /// </summary>
    internal static bool IsMissing(Exception exception, string path) =>
        exception is FileNotFoundException or DirectoryNotFoundException && ObstacleAt(path) is null;

    /// <param name="path">The file that was to be read.</param>
    internal static ContentStoreException TranslateRead(Exception exception, string path)
    {
        if (ObstacleAt(path) is { } problem)
        {
            return new ContentValueException(path, $"Cannot read '{path}': {problem}.", exception);
        }

        var translated = Translate(exception, path);
        return IsOfOneFile(exception, Path.GetDirectoryName(path)!) ? new ContentValueException(path, translated.Message, exception) : translated;
    }

    /// <summary>
    /// Whether the failure concerns this file only. Other failures may be of the disk or the system and may pass, so a retry can help.
    /// </summary>
    private static bool IsOfOneFile(Exception exception, string folder) => exception switch
    {
        UnauthorizedAccessException or PathTooLongException or { HResult: NoFile } => Directory.Exists(folder),
        { HResult: BadBlock or WindowsBadBlock } => CanBeListed(folder),
        _ => false,
    };

    /// <summary>Whether the folder can be listed, so the disk works.</summary>
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
        ? new ContentValueException(
            path, $"Cannot write '{path}': it is a folder, other keys are below it. Choose another key, or move the folder away.", exception)
        : IsDeadLink(path) ? new ContentValueException(path, $"Cannot write '{path}': {DeadLink}.", exception)
        : Translate(exception, path);

    /// <summary>The obstacle at the path of a file, with the remedy; null when there is none.</summary>
    private static string? ObstacleAt(string path) => Directory.Exists(path) ? "it is a folder where a file should be. Move it away"
        : IsDeadLink(path) ? DeadLink
        : Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder) && FileAbove(path) is { } file
            ? $"'{file}' is a file where a folder should be. Move it away"
        : null;

    // File.Exists is true for a link whose target is missing.
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

    /// <summary>Translates an error into a message with the path, the problem and the remedy.</summary>
    /// <param name="exception">One of the disk (<see cref="IsOfTheDisk"/>).</param>
    /// <param name="path">The file or folder that was to be used.</param>
    /// <param name="inFolder">The folder whose permissions and space matter; null for the parent of <paramref name="path"/>.</param>
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
