using Microsoft.Win32.SafeHandles;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The four things a file journal asks of a disk. Tests count, block and break them.</summary>
internal class JournalDevice
{
    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>Returns when the bytes are on the disk. The file's directory entry comes with it on the file systems we know (ext4, xfs, btrfs, NTFS).</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public virtual void Truncate(SafeFileHandle file, long length)
    {
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }
}
