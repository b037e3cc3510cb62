using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>
/// A change of one file. Making it again has the same result: after a crash it is made again from its record in a <see cref="WriteAheadLog"/>.
/// </summary>
/// <param name="path">The file's absolute path.</param>
internal abstract class FileChange(string path)
{
    /// <summary>The bytes of a record before the path: the kind, the offset, the length of the path.</summary>
    private const int Head = 1 + sizeof(long) + sizeof(ushort);

    /// <summary>The file's absolute path.</summary>
    public string Path => path;

    /// <summary>The number of bytes of the content.</summary>
    public long Size => Content.Sum(part => (long)part.Length);

    /// <summary>Where the content begins in the file, in bytes; 0 for a whole file.</summary>
    public virtual long Offset => 0;

    protected virtual IReadOnlyList<ReadOnlyMemory<byte>> Content => [];

    protected abstract FileChangeKind Kind { get; }

    /// <summary>Makes the change. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <param name="flush">Whether it is durable when the method returns.</param>
    /// <exception cref="IOException">The disk failed; a part of the change may have been made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public abstract void Make(bool flush);

    /// <summary>Makes the change again from its record. A file that has it already stays as it is: it may have more than the log knows.</summary>
    /// <inheritdoc cref="Make"/>
    public virtual void Repeat(bool flush)
    {
        if (IsNeeded())
        {
            Make(flush);
        }
    }

    /// <summary>Whether the file lacks the change.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public abstract bool IsNeeded();

    /// <summary>Whether what was recorded of the file before is of no importance.</summary>
    public virtual bool IsWhole => true;

    /// <summary>Whether the file has these bytes at the offset.</summary>
    protected bool Has(IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var part in parts)
        {
            var present = new byte[part.Length];
            if (RandomAccess.Read(file, present, offset) != part.Length || !part.Span.SequenceEqual(present))
            {
                return false;
            }

            offset += part.Length;
        }

        return true;
    }

    /// <summary>The maximum length of the body of the change's record, in bytes.</summary>
    public int MaxLength(string root) => checked((int)(Head + Encoding.UTF8.GetMaxByteCount(path.Length - root.Length) + Size));

    /// <summary>Writes the body of the change's record and returns its length.</summary>
    /// <param name="root">The folder of the log, which may be moved: paths are relative to it.</param>
    public int Write(Span<byte> target, string root)
    {
        target[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(target[1..], Offset);
        var length = Encoding.UTF8.GetBytes(path.AsSpan(root.Length).TrimStart('/'), target[Head..]);
        BinaryPrimitives.WriteUInt16LittleEndian(target[(1 + sizeof(long))..], checked((ushort)length));
        var rest = target[(Head + length)..];
        foreach (var part in Content)
        {
            part.Span.CopyTo(rest);
            rest = rest[part.Length..];
        }

        return target.Length - rest.Length;
    }

    /// <summary>Reads the body of a record.</summary>
    /// <exception cref="InvalidDataException">A newer version wrote it.</exception>
    public static FileChange Read(ReadOnlyMemory<byte> body, string root)
    {
        var offset = BinaryPrimitives.ReadInt64LittleEndian(body.Span[1..]);
        var end = Head + BinaryPrimitives.ReadUInt16LittleEndian(body.Span[(1 + sizeof(long))..]);
        var path = System.IO.Path.Join(root, Encoding.UTF8.GetString(body.Span[Head..end]));
        var content = body[end..];
        return (FileChangeKind)body.Span[0] switch
        {
            FileChangeKind.Replaced => new FileReplacement(path, content),
            FileChangeKind.Appended => new FileAppend(path, [content], offset, file: null),
            FileChangeKind.Deleted => new FileDeletion(path, above: null),
            FileChangeKind.DeletedWithFolders => new FileDeletion(path, root),
            FileChangeKind.Flushed => new FileFlushed(path),
            FileChangeKind.Flushing => new FileFlushing(path),
            var kind => throw new InvalidDataException(
                $"a newer version of the program wrote the log of '{root}' (a change of kind {(int)kind}). Use that version."),
        };
    }
}

/// <summary>The kinds of changes, as records have them.</summary>
internal enum FileChangeKind : byte
{
    Replaced = 1,
    Appended = 2,
    Deleted = 3,
    DeletedWithFolders = 4,
    Flushed = 5,
    Flushing = 6,
}

/// <summary>Writes a whole file, over an existing one.</summary>
internal sealed class FileReplacement(string path, ReadOnlyMemory<byte> content) : FileChange(path)
{
    protected override FileChangeKind Kind => FileChangeKind.Replaced;

    protected override IReadOnlyList<ReadOnlyMemory<byte>> Content => [content];

    public override bool IsNeeded() => new FileInfo(Path) is not { Exists: true } present || present.Length != content.Length || !Has([content], 0);

    public override void Make(bool flush) => DurableFile.Write(Path, content, overwrite: true, flush);
}

/// <summary>Appends to a file.</summary>
/// <param name="offset">The end of the file before, in bytes.</param>
/// <param name="file">The open file. Null for an append that is read from a log: then what comes before it may be missing, because the file was
/// deleted by hand, and the append is not made.</param>
internal sealed class FileAppend(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset, SafeFileHandle? file) : FileChange(path)
{
    public override long Offset => offset;

    protected override FileChangeKind Kind => FileChangeKind.Appended;

    protected override IReadOnlyList<ReadOnlyMemory<byte>> Content => parts;

    public override bool IsWhole => offset == 0;

    public override bool IsNeeded() =>
        (offset == 0 || (new FileInfo(Path) is { Exists: true } present && present.Length >= offset)) && !Has(parts, offset);

    public override void Make(bool flush)
    {
        if (file is not null)
        {
            DurableFile.Append(file, Path, parts, offset, flush);
        }
        else
        {
            using var opened = DurableFile.Open(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, flush);
            DurableFile.Append(opened, Path, parts, offset, flush);
        }
    }
}

/// <summary>Deletes a file. A missing file is not an error.</summary>
/// <param name="above">The folders below this one that are empty then are deleted, too; null: the file's folder stays.</param>
internal sealed class FileDeletion(string path, string? above) : FileChange(path)
{
    /// <summary>Whether there was a file.</summary>
    public bool IsMade { get; private set; }

    protected override FileChangeKind Kind => above is null ? FileChangeKind.Deleted : FileChangeKind.DeletedWithFolders;

    public override bool IsNeeded() => File.Exists(Path);

    public override void Make(bool flush)
    {
        if (DurableFile.Delete(Path, above ?? System.IO.Path.GetDirectoryName(Path)!) is { } left)
        {
            IsMade = true;
            if (flush)
            {
                DiskFlush.FlushFolder(left);
            }
        }
    }
}

/// <summary>The file was flushed by itself, because its content is too large for the log: earlier records of it must not be made again.</summary>
internal sealed class FileFlushed(string path) : FileChange(path)
{
    protected override FileChangeKind Kind => FileChangeKind.Flushed;

    public override bool IsNeeded() => false;

    public override void Make(bool flush)
    {
    }
}

/// <summary>
/// The file is about to be changed and flushed by itself. If that process is killed, the next one flushes the file, since it goes on behind what it finds.
/// </summary>
internal sealed class FileFlushing(string path) : FileChange(path)
{
    public override bool IsWhole => false;

    protected override FileChangeKind Kind => FileChangeKind.Flushing;

    public override bool IsNeeded() => false;

    public override void Make(bool flush)
    {
    }

    public override void Repeat(bool flush)
    {
        if (File.Exists(Path))
        {
            using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            DiskFlush.Flush(file);
        }
    }
}
