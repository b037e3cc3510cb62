using System.Runtime.InteropServices;

namespace Orchestrator.Activities.Stores.Files;

/// <summary>Makes the names in a folder durable: after a power failure a flushed file can still be missing from a folder that was not.</summary>
internal static partial class FolderFlush
{
    /// <summary>
    /// Flushes the folder on Linux. Elsewhere it does nothing: Windows has no such call (NTFS logs the rename itself), and macOS flushes names with
    /// the file. A folder that is gone, or a file system that cannot flush one, is no error: there is nothing more to be done.
    /// </summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET opens no folders, hence the three calls of libc. 0 is O_RDONLY on every Linux.
        var descriptor = Open(folder, 0);
        if (descriptor >= 0)
        {
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
