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

    /// <summary>The kernel's random id of its start; null on other systems than Linux, and when the folder is not on a local file system.</summary>
    public static string? Find(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return LocalFormats.Contains(new DriveInfo(Existing(folder)).DriveFormat)
                && Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out var id)
                ? id.ToString()
                : null;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return null;
        }
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } above ? folder : Existing(above);
}
