using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Locks keys of a folder across processes. The operating system releases the lock of an ended process, and nothing is flushed. Keys share a fixed
/// number of empty lock files, so that their number does not grow with that of the keys. Not reentrant. Thread-safe.
/// </summary>
/// <param name="root">The store's folder.</param>
internal sealed class FolderLocks(string root)
{
    /// <summary>Number of lock files: many more than disk threads, so that writers of different keys rarely wait for each other.</summary>
    private const int Files = 256;

    /// <summary>
    /// Interval between attempts: the system does not report that another process has released the lock. A write takes about this long.
    /// </summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>Maximum wait for a lock: a process that was suspended during a write (a debugger, Ctrl+Z) may hold it forever.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Real time: a fake clock does not delay other processes.</summary>
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>No segment of a key has a <c>~</c>, so listings ignore the folder.</summary>
    private readonly string _folder = Path.Combine(root, "~locks");

    /// <summary>Runs work on a disk thread while this process holds the lock of the key.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or another process has held the lock for 30 s.</exception>
    public Task<T> RunAsync<T>(string key, Func<T> work) => RunAsync([key], work);

    /// <summary>Runs work on a disk thread while this process holds the locks of all keys.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or another process has held a lock for 30 s.</exception>
    public async Task<T> RunAsync<T>(IReadOnlyList<string> keys, Func<T> work)
    {
        // Keys may share a lock.
        var distinct = keys.DistinctBy(PathOf).ToList();
        for (var began = Time.GetTimestamp(); ; await Task.Delay(Poll, Time))
        {
            var (busy, result) = await DiskThreads.RunAsync(() => TryRun(distinct, work));
            if (busy is null)
            {
                return result!;
            }

            if (Time.GetElapsedTime(began) > LockTimeout)
            {
                throw new ContentStoreException(
                    PathOf(busy),
                    $"Cannot write '{busy}' below '{root}': another process has held '{PathOf(busy)}' for {LockTimeout.TotalSeconds:0} s. "
                    + "End that process, then try again.");
            }
        }
    }

    /// <summary>Locks the key until the result is disposed; null when it is locked already. Blocking: call it on <see cref="DiskThreads"/>.</summary>
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

    /// <summary>Runs the work if all locks are free, so that no process waits for a lock while it holds another.</summary>
    /// <returns>The first key whose lock is held; null when the work was done.</returns>
    private (string? Busy, T? Result) TryRun<T>(List<string> keys, Func<T> work)
    {
        var held = new List<SafeFileHandle>(keys.Count);
        try
        {
            foreach (var key in keys)
            {
                if (TryTake(key) is not { } taken)
                {
                    return (key, default);
                }

                held.Add(taken);
            }

            return (null, work());
        }
        finally
        {
            held.ForEach(taken => taken.Dispose());
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
