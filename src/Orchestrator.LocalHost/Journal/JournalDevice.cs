using Microsoft.Win32.SafeHandles;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The disk operations of a file journal. Tests count, delay and fail them.</summary>
internal class JournalDevice
{
    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>Returns when the bytes are on the disk. On ext4, xfs, btrfs and NTFS the file's directory entry is flushed with them.</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public virtual void Truncate(SafeFileHandle file, long length)
    {
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }
}
