using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Lets one writer of a key at a time into the folder, whichever process it is in. The system releases the lock when its process dies, and nothing
/// is flushed for it. Keys share a fixed number of empty lock files, so that their number does not grow with the keys; keys that share one take turns.
/// Not reentrant. Thread-safe.
/// </summary>
/// <param name="root">The store's folder.</param>
internal sealed class FolderLocks(string root)
{
    /// <summary>Number of lock files: many more than disk threads, so that writers of different keys rarely wait for each other.</summary>
    private const int Files = 256;

    /// <summary>Interval between tries: the system does not report when another process releases the lock. A write takes about this long.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>Maximum wait for a lock: a process that was stopped in the middle of a write (a debugger, Ctrl+Z) may hold it for ever.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Real time: a fake clock does not delay other processes.</summary>
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>No segment of a key has a <c>~</c>, so the folder is never listed.</summary>
    private readonly string _folder = Path.Combine(root, "~locks");

    /// <summary>Does the work on a thread of the disk, alone with the key.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or another process holds the lock for longer than any write takes.</exception>
    public async Task<T> RunAsync<T>(string key, Func<T> work)
    {
        for (var began = Time.GetTimestamp(); ; await Task.Delay(Poll, Time))
        {
            var (done, result) = await DiskThreads.RunAsync(() =>
            {
                using var held = TryTake(key);
                return held is null ? (false, default) : (true, work());
            });
            if (done)
            {
                return result!;
            }

            if (Time.GetElapsedTime(began) > LockTimeout)
            {
                throw new ContentStoreException(
                    PathOf(key), $"Cannot write '{key}' below '{root}': another process holds '{PathOf(key)}' and does not go on. End that process, then try again.");
            }
        }
    }

    /// <summary>Takes the key until the result is disposed; null while another process has it. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written.</exception>
    public SafeFileHandle? TryTake(string key)
    {
        var path = PathOf(key);
        try
        {
            return TryOpen(path);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, path, root);
        }
    }

    private SafeFileHandle? TryOpen(string path)
    {
        while (true)
        {
            try
            {
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
            {
                Directory.CreateDirectory(_folder);
            }
            catch (IOException exception) when (FileErrors.IsHeld(exception))
            {
                return null;
            }
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, (Hash(key) % Files).ToString("x2", CultureInfo.InvariantCulture));

    /// <summary>FNV-1a: the same in every process, unlike the hash of <see cref="string"/>.</summary>
    private static uint Hash(string key)
    {
        var hash = 2_166_136_261;
        foreach (var character in key)
        {
            hash = (hash ^ character) * 16_777_619;
        }

        return hash;
    }
}
