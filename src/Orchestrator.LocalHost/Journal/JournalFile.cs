using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.LocalHost.Journal;

/// <summary>One history file. It stays open between writes while the budget allows it.</summary>
/// <remarks>
/// Not written by a content store, which opens the file and looks for its end at each append: this writer knows the end, and after a failure writes
/// nothing until the history was read and checked.
/// </remarks>
/// <param name="path">The path of the file, which the first write creates.</param>
/// <param name="length">The number of durable bytes.</param>
internal sealed class JournalFile(
    JournalId id, string path, JournalDevice device, OpenFileBudget budget, GroupCommit<HistoryWriter> commits, long records, long length)
    : HistoryWriter(id, commits, records)
{
    private SafeFileHandle? _handle;
    private long _durableLength = length;

    /// <summary>The number of durable bytes, which readers may read.</summary>
    public long DurableLength => Volatile.Read(ref _durableLength);

    protected override Task<long> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> lines) => DiskThreads.RunAndContinueAsync(() => Write(lines));

    protected override JournalException Explain(Exception exception) => new(
        $"The history of '{Id}' could not be written to '{path}': {exception.Message} "
        + "Free the disk or repair it, then restart; what was confirmed before is safe.",
        exception);

    protected override void Release()
    {
        if (Interlocked.Exchange(ref _handle, null) is { } handle)
        {
            handle.Dispose();
            budget.Closed();
        }
    }

    private long Write(IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        var start = _durableLength;
        var isWritten = false;
        try
        {
            if (_handle is null)
            {
                _handle = device.Open(path);
                budget.Opened();
            }

            device.Append(_handle, path, lines, start);
            isWritten = true;
        }
        finally
        {
            if (!isWritten || budget.Exceeded)
            {
                Release();
            }
        }

        var end = start;
        foreach (var line in lines)
        {
            end += line.Length;
            MemoryMarshal.TryGetArray(line, out var array);
            ArrayPool<byte>.Shared.Return(array.Array!);
        }

        Volatile.Write(ref _durableLength, end);
        return start;
    }
}

/// <summary>The disk operations of a file journal. Tests count, delay and fail them. Thread-safe.</summary>
/// <param name="log">Makes appends and deletions durable; null: each file is flushed.</param>
internal class JournalDevice(WriteAheadLog? log = null)
{
    /// <summary>Creates a folder of the journal, and the folders above it, when they are missing.</summary>
    /// <exception cref="JournalException">The folder cannot be written.</exception>
    public static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            if (FileErrors.FileAbove(Path.Combine(folder, "x")) is { } file)
            {
                throw new JournalException($"The state folder '{folder}' cannot be written: '{file}' is a file. Choose another folder.", exception);
            }

            throw new JournalException(
                $"The state folder '{folder}' cannot be written: {exception.Message} "
                + "Choose another folder, or give this user the right to write there.",
                exception);
        }
    }

    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Appends at the end of a file. When it returns, the bytes are on the disk.</summary>
    public void Append(SafeFileHandle file, string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset)
    {
        if (log is not null)
        {
            log.Append(file, path, parts, offset);
            return;
        }

        Write(file, parts, offset);
        Flush(file);
    }

    /// <summary>Makes what a killed process had recorded and not written. Call it when an instance is held, before its history is read.</summary>
    public void CatchUp() => log?.CatchUp();

    /// <summary>Deletes a file; a missing one is not an error.</summary>
    public void Delete(string path)
    {
        if (log is not null)
        {
            log.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    public virtual void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset) => RandomAccess.Write(file, parts, offset);

    /// <summary>Returns when the bytes are on the disk. On ext4, xfs, btrfs and NTFS the file's directory entry is flushed with them.</summary>
    public virtual void Flush(SafeFileHandle file) => DiskFlush.Flush(file);

    public virtual void Truncate(SafeFileHandle file, long length)
    {
        RandomAccess.SetLength(file, length);
        DiskFlush.Flush(file);
    }
}

/// <summary>
/// Counts open history files. Above the budget, files are closed after each flush, so that thousands of instances do not exhaust the process's file
/// handles. Thread-safe.
/// </summary>
internal sealed class OpenFileBudget(int budget)
{
    private int _open;

    public bool Exceeded => Volatile.Read(ref _open) > budget;

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);
}
