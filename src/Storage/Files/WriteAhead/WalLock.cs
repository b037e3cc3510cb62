using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>
/// The lock of a <see cref="WriteAheadLog"/> across processes: a file that the operating system unlocks when its process ends. Its content is how far
/// the changes of the log were made; it is valid until the system is restarted and needs no flush. Thread-safe.
/// </summary>
internal sealed class WalLock(string folder)
{
    /// <summary>Maximum wait: a process that was suspended while it wrote (a debugger, Ctrl+Z) may hold the lock forever.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Real time: a fake clock does not delay other processes.</summary>
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly string _path = Path.Join(folder, "lock");

    /// <summary>Takes the lock until the result is disposed. Blocking: call it on <see cref="DiskThreads"/>.</summary>
    /// <exception cref="IOException">The folder cannot be written, or another process has held the lock for 30 s.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public Held Take()
    {
        var wait = default(SpinWait);
        for (var began = Time.GetTimestamp(); ;)
        {
            try
            {
                return new Held(File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
            {
                Directory.CreateDirectory(folder);
            }
            catch (IOException exception) when (FileErrors.IsHeld(exception))
            {
                if (Time.GetElapsedTime(began) > Limit)
                {
                    throw new IOException(
                        $"another process has held '{_path}' for {Limit.TotalSeconds:0} s. End that process, then try again", exception);
                }

                // The system does not report that another process has released the lock.
                wait.SpinOnce();
            }
        }
    }

    /// <summary>The lock, held.</summary>
    internal sealed class Held(SafeFileHandle file) : IDisposable
    {
        private const int Length = 2 * sizeof(long);

        public WalPosition Read()
        {
            Span<byte> content = stackalloc byte[Length];
            return RandomAccess.Read(file, content, 0) == Length
                ? new WalPosition(BinaryPrimitives.ReadInt64LittleEndian(content), BinaryPrimitives.ReadInt64LittleEndian(content[sizeof(long)..]))
                : default;
        }

        public void Write(WalPosition position)
        {
            Span<byte> content = stackalloc byte[Length];
            BinaryPrimitives.WriteInt64LittleEndian(content, position.Segment);
            BinaryPrimitives.WriteInt64LittleEndian(content[sizeof(long)..], position.Offset);
            RandomAccess.Write(file, content, 0);
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>How far the changes of a log were made.</summary>
/// <param name="Segment">The number of the segment that is written; 0 when there was none.</param>
/// <param name="Offset">The end of the last record whose change was made, in bytes.</param>
internal readonly record struct WalPosition(long Segment, long Offset);
