using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Flushes files and folders to the disk. .NET's own flush reports no error of fsync on Linux (seen with .NET 10), so that a disk that refuses, for
/// instance a full network disk, which says so at the flush only, would be taken for one that has the bytes. Thread-safe.
/// </summary>
public static class DiskFlush
{
    private const int Interrupted = 4;

    /// <summary>EINVAL, EROFS and ENOTSUP: the file is of a kind that is not flushed.</summary>
    private static readonly int[] NotFlushed = [22, 30, 95];

    /// <summary>
    /// EIO, ENOSPC and EDQUOT: the disk has not got what was written. File systems that cannot flush folders say so in many other ways.
    /// </summary>
    private static readonly int[] Lost = [5, 28, 122];

    /// <summary>Returns when the bytes of the file are on the disk. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="IOException">The disk refused; the bytes may be lost although they can be read until the system restarts.</exception>
    public static void Flush(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (OperatingSystem.IsLinux())
        {
            Check(Synchronize(file), isFolder: false);
        }
        else
        {
            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>
    /// Makes the names in a folder durable on Linux: after a power failure a flushed file can still be missing from a folder that was not flushed.
    /// Elsewhere it does nothing: Windows has no such function (NTFS logs renames), and macOS flushes names with the file. A deleted folder, or a
    /// file system that cannot flush folders, is not an error. Blocking.
    /// </summary>
    /// <exception cref="IOException">The disk refused; the names may be lost.</exception>
    public static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET opens no folders. 0 is O_RDONLY on every Linux.
        var descriptor = OpenFolder(folder, 0);
        if (descriptor >= 0)
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            Check(Synchronize(handle), isFolder: true);
        }
    }

    /// <summary>
    /// Makes everything durable that was written to the file system of a folder, by any process. Linux only. Blocking, and slow on a busy disk.
    /// </summary>
    /// <exception cref="IOException">The disk refused; some of it may be lost.</exception>
    /// <param name="folder">The result of <see cref="OpenFileSystem"/>.</param>
    public static void FlushFileSystem(SafeFileHandle folder) =>
        Check(SynchronizeFileSystem(folder) == 0 ? 0 : Marshal.GetLastPInvokeError(), isFolder: false);

    /// <summary>Opens a folder for flushes of its file system. A flush reports the failures since the folder was opened, or since the last flush. Linux only.</summary>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    public static SafeFileHandle OpenFileSystem(string folder)
    {
        var descriptor = OpenFolder(folder, 0);
        Check(descriptor < 0 ? Marshal.GetLastPInvokeError() : 0, isFolder: false);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <param name="error">The error number of fsync; 0 for none.</param>
    internal static void Check(int error, bool isFolder)
    {
        if (error != 0 && (isFolder ? Lost.Contains(error) : !NotFlushed.Contains(error)))
        {
            // As .NET's own exceptions: the error number is the HResult.
            throw new IOException($"The disk refused the flush: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    private static int Synchronize(SafeFileHandle handle)
    {
        int error;
        do
        {
            error = SynchronizeOnce(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);
        return error;
    }

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SynchronizeOnce(SafeFileHandle handle);

    [DllImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SynchronizeFileSystem(SafeFileHandle handle);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
