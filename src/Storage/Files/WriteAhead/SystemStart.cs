namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>Identifies the start of the operating system that the files of a folder depend on.</summary>
internal static class SystemStart
{
    /// <summary>
    /// File systems of this machine alone. What is written to others, over a network or from another system, is not lost and not kept with the start
    /// of this system.
    /// </summary>
    private static readonly HashSet<string> LocalFormats =
        new(["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "overlay", "overlayfs", "tmpfs"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The number of the field of a line of mountinfo that has the mount point.</summary>
    private const int MountPoint = 4;

    /// <summary>The kernel's random id of its start; null on other systems than Linux, and when the folder is not as a whole on one local file system.</summary>
    public static string? Find(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return LocalFormats.Contains(new DriveInfo(Existing(folder)).DriveFormat) && IsOnOneFileSystem(folder)
                && Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out var id)
                ? id.ToString()
                : null;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return null;
        }
    }

    /// <summary>Whether nothing below the folder is on another file system, as far as mounts and links directly in the folder say.</summary>
    private static bool IsOnOneFileSystem(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return true;
        }

        var below = (new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder).TrimEnd('/') + "/";
        return !File.ReadLines("/proc/self/mountinfo")
                .Any(line => line.Split(' ') is { Length: > MountPoint } fields
                    && fields[MountPoint].Replace("\\040", " ", StringComparison.Ordinal).StartsWith(below, StringComparison.Ordinal))
            && !Directory.EnumerateFileSystemEntries(folder).Any(FolderWalk.IsLink);
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } above ? folder : Existing(above);
}
