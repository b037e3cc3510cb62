using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>Reads files of a store. Thread-safe.</summary>
internal static class ValueFile
{
    /// <summary>The ETag of a content: a hash.</summary>
    public static string ETagOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>Opens a file; null when there is none.</summary>
    /// <exception cref="ContentStoreException">The file cannot be opened.</exception>
    public static SafeFileHandle? OpenForReading(string path)
    {
        try
        {
            return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return FileErrors.IsMissing(exception, path) ? null : throw FileErrors.TranslateRead(exception, path);
        }
    }

    /// <summary>Reads <paramref name="count"/> bytes, or fewer when the file ends before.</summary>
    /// <exception cref="ContentStoreException">The file cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(
        SafeFileHandle handle, string path, long offset, long count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var filled = 0;
        try
        {
            while (filled < bytes.Length)
            {
                var read = await RandomAccess.ReadAsync(handle, bytes.AsMemory(filled), offset + filled, cancellationToken);
                if (read == 0)
                {
                    // A failed append was truncated after the length was read.
                    return bytes[..filled];
                }

                filled += read;
            }
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.TranslateRead(exception, path);
        }

        return bytes;
    }

    /// <summary>Whether the file exists and its content has this ETag. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="ContentStoreException">The file cannot be read.</exception>
    public static bool HasETag(string path, string etag)
    {
        try
        {
            return ETagOf(File.ReadAllBytes(path)) == etag;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return FileErrors.IsMissing(exception, path) ? false : throw FileErrors.TranslateRead(exception, path);
        }
    }
}
