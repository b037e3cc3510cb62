using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>Writes of single files that survive a crash. Blocking: call it on <see cref="DiskThreads"/>.</summary>
internal static class DurableFile
{
    /// <summary>
    /// Stands before the 32 hex digits that end the name of a temporary file. No segment of a key has a <c>~</c>, and neither a history of the
    /// journal nor an editor's backup has such a name: this class has made every file with one.
    /// </summary>
    private const string TemporaryMark = "~orchestrator-";

    private const int TemporaryDigits = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const int FolderAttempts = 5;

    /// <summary>Whether only this class can have made the name.</summary>
    public static bool IsTemporary(ReadOnlySpan<char> name) =>
        name.Length > TemporaryMark.Length + TemporaryDigits
        && name[..^TemporaryDigits].EndsWith(TemporaryMark, StringComparison.Ordinal)
        && !name[^TemporaryDigits..].ContainsAnyExcept(HexDigits)
        && ContentKey.IsSegment(name[..^(TemporaryMark.Length + TemporaryDigits)].ToString());

    /// <summary>Writes the whole file: after a crash it is the old one or the new one.</summary>
    /// <returns>False when <paramref name="overwrite"/> is false and the file exists; it stays as it is.</returns>
    public static bool Write(string path, ReadOnlyMemory<byte> content, bool overwrite)
    {
        // Beside its target, never in a common folder: a rename is atomic within one file system only.
        var temporary = $"{path}{TemporaryMark}{Guid.NewGuid():N}";
        var written = false;
        try
        {
            using (var handle = Open(temporary, FileMode.CreateNew))
            {
                RandomAccess.Write(handle, content.Span, 0);
                RandomAccess.FlushToDisk(handle);
            }

            RemoveEmptyFolder(path);
            if (overwrite)
            {
                File.Move(temporary, path, overwrite: true);
                written = true;
            }
            else
            {
                written = FileNames.TryGive(temporary, path);
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

        if (written)
        {
            FileNames.Flush(Path.GetDirectoryName(path)!);
        }

        return written;
    }

    /// <summary>Adds the parts to the end of the file, which is created when absent.</summary>
    /// <returns>The position at which the first part begins.</returns>
    public static long Append(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        try
        {
            using var handle = Open(path, FileMode.OpenOrCreate);
            var start = RandomAccess.GetLength(handle);
            try
            {
                RandomAccess.Write(handle, parts, start);
                RandomAccess.FlushToDisk(handle);
            }
            catch (IOException)
            {
                CutQuietly(handle, start);
                throw;
            }

            if (start == 0)
            {
                FileNames.Flush(Path.GetDirectoryName(path)!);
            }

            return start;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.TranslateWrite(exception, path);
        }
    }

    /// <summary>Deletes the files, and the folders below <paramref name="root"/> that are empty then.</summary>
    /// <returns>How many there were.</returns>
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
            FileNames.Flush(left);
        }

        return count;
    }

    /// <summary>Deletes a file that is not needed; a failure is ignored.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // It is ignored by every listing and removed at the next start.
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
            // A key that only is a folder of others is no value; an empty one is of no use.
            if (Directory.Exists(path))
            {
                RemoveEmptyFolder(path);
                return false;
            }

            return FileErrors.FileAbove(path) is not null ? false : throw FileErrors.Translate(exception, path);
        }
    }

    /// <summary>Removes an empty folder in the place of a file that is to be written: damage or a deletion left it.</summary>
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
            // It is not empty: the write that follows fails and says so.
        }
    }

    // Returns the first folder that stayed. A link is the user's: deleting it as a folder would remove the link.
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

    private static SafeFileHandle Open(string path, FileMode mode)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return File.OpenHandle(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception exception) when (attempt < FolderAttempts && (exception is DirectoryNotFoundException or FileNotFoundException))
            {
                // FileNotFound, for a file to be created, is what .NET says when the folder appears between its failure and its look at why.
                // More than one attempt: a deletion of its last value may take an empty folder away again.
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
            FileNames.Flush(above);
        }
    }

    private static void CutQuietly(SafeFileHandle handle, long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            // The half-written end stays, as after a crash; the first failure is the one to report.
        }
    }
}
