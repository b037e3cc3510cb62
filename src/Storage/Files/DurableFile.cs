using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>Writes single files durably. Blocking: call it on <see cref="DiskThreads"/>.</summary>
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

    /// <summary>Writes the whole file atomically: after a crash it is the old one or the new one.</summary>
    /// <returns>False when <paramref name="overwrite"/> is false and the file exists; it stays as it is.</returns>
    public static bool Write(string path, ReadOnlyMemory<byte> content, bool overwrite)
    {
        // Beside its target: a rename is atomic within one file system only.
        var temporary = $"{path}{TemporaryMark}{Guid.NewGuid():N}";
        var written = false;
        try
        {
            using (var handle = Open(temporary, FileMode.CreateNew))
            {
                RandomAccess.Write(handle, content.Span, 0);
                DiskFlush.Flush(handle);
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

            if (written)
            {
                DiskFlush.FlushFolder(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.TranslateWrite(exception, path);
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

    /// <summary>
    /// Appends the parts to the file, which is created when it is missing. An incomplete last line, which a crash left, is truncated first; so is a
    /// failed append.
    /// </summary>
    /// <param name="flush">Whether the whole file is durable afterwards, with what was appended before without a flush.</param>
    /// <returns>The offset at which the first part begins, in bytes.</returns>
    public static long Append(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool flush)
    {
        try
        {
            using var handle = Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            var start = EndOfLines(handle);
            try
            {
                RandomAccess.Write(handle, parts, start);
                if (flush)
                {
                    DiskFlush.Flush(handle);
                }
            }
            catch (IOException)
            {
                TruncateQuietly(handle, start);
                throw;
            }

            if (start == 0)
            {
                DiskFlush.FlushFolder(Path.GetDirectoryName(path)!);
            }

            return start;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.TranslateWrite(exception, path);
        }
    }

    /// <summary>Deletes the files, and the folders below <paramref name="root"/> that are empty then.</summary>
    /// <returns>The number of deleted files.</returns>
    public static int Delete(IEnumerable<string> paths, string root)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var count = 0;
        foreach (var path in paths.Where(Delete))
        {
            count++;
            folders.Add(Path.GetDirectoryName(path)!);
        }

        foreach (var left in folders.Select(folder => RemoveEmptyFolders(folder, root)).Distinct().ToList())
        {
            try
            {
                DiskFlush.FlushFolder(left);
            }
            catch (IOException exception)
            {
                throw FileErrors.TranslateWrite(exception, left);
            }
        }

        return count;
    }

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

            return FileErrors.FileAbove(path) is not null ? false : throw FileErrors.Translate(exception, path);
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
    private static long EndOfLines(SafeFileHandle handle)
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

    private static SafeFileHandle Open(string path, FileMode mode, FileAccess access = FileAccess.Write)
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
                CreateFolder(Path.GetDirectoryName(path)!);
            }
        }
    }

    private static void CreateFolder(string folder)
    {
        var above = Path.GetDirectoryName(folder);
        if (above is not null && !Directory.Exists(above))
        {
            CreateFolder(above);
        }

        Directory.CreateDirectory(folder);
        if (above is not null)
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
