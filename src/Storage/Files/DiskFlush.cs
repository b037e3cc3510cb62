using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Flushes files to the disk. .NET's own flush reports no error of fsync on Linux (seen with .NET 10), so that a disk that refuses, for instance a full
/// network disk, which says so at the flush only, would be taken for one that has the bytes. Thread-safe.
/// </summary>
public static class DiskFlush
{
    private const int Interrupted = 4;

    /// <summary>EINVAL, EROFS and ENOTSUP: the file is of a kind that is not flushed.</summary>
    private static readonly int[] NotFlushed = [22, 30, 95];

    /// <summary>Returns when the bytes of the file are on the disk. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="IOException">The disk refused; the bytes may be lost although they can be read until the system restarts.</exception>
    public static void Flush(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        int error;
        do
        {
            error = Synchronize(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        if (error != 0 && !NotFlushed.Contains(error))
        {
            // As .NET's own exceptions: the error number is the HResult.
            throw new IOException($"The disk refused the flush: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(SafeFileHandle file);
}
