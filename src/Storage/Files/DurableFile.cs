using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Changes single files, durably if asked to; a <see cref="WriteAhead.WriteAheadLog"/> makes the rest durable. Blocking: call it on
/// <see cref="DiskThreads"/>. Failures of the disk are an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal static class DurableFile
{
    /// <summary>
    /// Precedes the 32 hex digits at the end of a temporary file's name. No segment of a key has a <c>~</c>, and histories and backups of editors
    /// have other names, so only this class creates files with such a name.
    /// </summary>
    private const string TemporaryMark = "~orchestrator-";

    private const int TemporaryDigits = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const int FolderAttempts = 5;

    /// <summary>How many bytes at the end of a file are searched for a line break at one time.</summary>
    private const int TailBlock = 64 * 1024;

    /// <summary>Whether the name is that of a temporary file of this class.</summary>
    public static bool IsTemporary(ReadOnlySpan<char> name) =>
        name.Length > TemporaryMark.Length + TemporaryDigits
        && name[..^TemporaryDigits].EndsWith(TemporaryMark, StringComparison.Ordinal)
        && !name[^TemporaryDigits..].ContainsAnyExcept(HexDigits)
        && ContentKey.IsSegment(name[..^(TemporaryMark.Length + TemporaryDigits)].ToString());

    /// <summary>
    /// Writes the whole file atomically: after a crash it is the old one or the new one. Without a flush a power failure may damage it.
    /// </summary>
    /// <param name="flush">Whether it is durable when the method returns.</param>
    /// <returns>False when <paramref name="overwrite"/> is false and the file exists; it stays as it is.</returns>
    public static bool Write(string path, ReadOnlyMemory<byte> content, bool overwrite, bool flush)
    {
        // Beside its target: a rename is atomic within one file system only.
        var temporary = $"{path}{TemporaryMark}{Guid.NewGuid():N}";
        var written = false;
        try
        {
            using (var handle = Open(temporary, FileMode.CreateNew, FileAccess.Write, flush))
            {
                RandomAccess.Write(handle, content.Span, 0);
                if (flush)
                {
                    DiskFlush.Flush(handle);
                }
            }

            RemoveEmptyFolder(path);
            if (overwrite)
            {
                File.Move(temporary, path, overwrite: true);
                written = true;
            }
            else
            {
                written = FileNames.TryRename(temporary, path);
            }

            if (written && flush)
            {
                DiskFlush.FlushFolder(Path.GetDirectoryName(path)!);
            }
        }
        finally
        {
            if (!written)
            {
                DeleteQuietly(temporary);
            }
        }

        return written;
    }

    /// <summary>Writes the parts at the end of an open file, which ends behind them then; a failed append is truncated.</summary>
    /// <param name="offset">Where the file's last complete line ends, in bytes.</param>
    /// <param name="flush">Whether the whole file is durable when the method returns, with what was appended before without a flush.</param>
    public static void Append(SafeFileHandle file, string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset, bool flush)
    {
        try
        {
            RandomAccess.Write(file, parts, offset);
            var end = offset + parts.Sum(part => (long)part.Length);
            if (RandomAccess.GetLength(file) > end)
            {
                // An append that was made again from the log after the end of the file was read: it was not confirmed.
                RandomAccess.SetLength(file, end);
            }

            if (flush)
            {
                DiskFlush.Flush(file);
            }
        }
        catch (IOException)
        {
            TruncateQuietly(file, offset);
            throw;
        }

        if (flush && offset == 0)
        {
            DiskFlush.FlushFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Deletes a file, and the folders below <paramref name="root"/> that are empty then.</summary>
    /// <returns>The folder that remains, whose flush makes the deletion durable; null when there was no file.</returns>
    public static string? Delete(string path, string root) => Delete(path) ? RemoveEmptyFolders(Path.GetDirectoryName(path)!, root) : null;

    /// <summary>Deletes a file that is no longer needed and ignores a failure.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // Listings ignore the file, and the next start deletes it.
        }
    }

    private static bool Delete(string path)
    {
        try
        {
            var exists = File.Exists(path);
            File.Delete(path);
            return exists;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // A folder of other keys is not a value. An empty folder is deleted.
            if (Directory.Exists(path))
            {
                RemoveEmptyFolder(path);
                return false;
            }

            if (FileErrors.FileAbove(path) is null)
            {
                throw;
            }

            return false;
        }
    }

    /// <summary>Removes an empty folder at the path of a file; damage or a deletion left it.</summary>
    private static void RemoveEmptyFolder(string path)
    {
        try
        {
            if (Directory.Exists(path) && !FolderWalk.IsLink(path))
            {
                Directory.Delete(path);
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // It is not empty: the write that follows reports it.
        }
    }

    // Returns the first folder that remains. A link was made by the user: deleting it as a folder would remove the link.
    private static string RemoveEmptyFolders(string folder, string root)
    {
        try
        {
            while (folder.Length > root.Length && !FolderWalk.IsLink(folder))
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // Not empty, or deleted by another process already.
        }

        return folder;
    }

    /// <summary>The end of the last complete line; what is behind it is truncated.</summary>
    public static long EndOfLines(SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        Span<byte> block = stackalloc byte[1];
        if (length == 0 || (RandomAccess.Read(handle, block, length - 1) == 1 && block[0] == (byte)'\n'))
        {
            return length;
        }

        Span<byte> tail = new byte[TailBlock];
        for (var end = length; end > 0;)
        {
            var from = Math.Max(0, end - tail.Length);
            var read = RandomAccess.Read(handle, tail[..(int)(end - from)], from);
            if (tail[..read].LastIndexOf((byte)'\n') is var at and >= 0)
            {
                RandomAccess.SetLength(handle, from + at + 1);
                return from + at + 1;
            }

            end = from;
        }

        RandomAccess.SetLength(handle, 0);
        return 0;
    }

    /// <summary>Opens a file, and creates missing folders.</summary>
    /// <param name="flush">Whether new folders are durable when the method returns.</param>
    public static SafeFileHandle Open(string path, FileMode mode, FileAccess access, bool flush)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception exception) when (attempt < FolderAttempts && (exception is DirectoryNotFoundException or FileNotFoundException))
            {
                // .NET throws FileNotFoundException for a file to be created when the folder appears between the failure and the check of its cause.
                // Several attempts, because a concurrent deletion may remove the new, still empty folder.
                CreateFolder(Path.GetDirectoryName(path)!, flush);
            }
        }
    }

    private static void CreateFolder(string folder, bool flush)
    {
        var above = Path.GetDirectoryName(folder);
        if (above is not null && !Directory.Exists(above))
        {
            CreateFolder(above, flush);
        }

        Directory.CreateDirectory(folder);
        if (above is not null && flush)
        {
            DiskFlush.FlushFolder(above);
        }
    }

    private static void TruncateQuietly(SafeFileHandle handle, long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // The incomplete end remains, as after a crash. The first failure is reported.
        }
    }
}
