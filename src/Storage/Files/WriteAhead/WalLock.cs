using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Storage.Files.WriteAhead;

/// <summary>
/// The lock of a <see cref="WriteAheadLog"/> across processes: a file that the operating system unlocks when its process ends. A file beside it, which
/// can be read without the lock, says how far the changes of the log were made; it is valid until the system is restarted and needs no flush. Thread-safe.
/// </summary>
internal sealed class WalLock(string folder)
{

    /// <summary>Maximum wait: a process that was suspended while it wrote (a debugger, Ctrl+Z) may hold the lock forever.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Real time: a fake clock does not delay other processes.</summary>
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>The lock file.</summary>
    public string FilePath { get; } = Path.Join(folder, "lock");

    private readonly string _position = Path.Join(folder, "position");

    /// <summary>Reads the position without the lock; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public WalPosition? Peek()
    {
        try
        {
            using var file = File.OpenHandle(_position, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Held.Read(file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

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
                return Held.Of(File.OpenHandle(FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), _position);
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
                        $"process {FindHolder()} has held '{FilePath}' for {Limit.TotalSeconds:0} s. If it is stopped, let it go on or end it, then try again",
                        exception);
                }

                // The system does not report that another process has released the lock.
                wait.SpinOnce();
            }
        }
    }

    /// <summary>The id of the process that took the lock last.</summary>
    private int FindHolder()
    {
        using var file = File.OpenHandle(_position, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Held.ReadHolder(file);
    }

    /// <summary>The lock, held.</summary>
    internal sealed class Held : IDisposable
    {
        private readonly SafeFileHandle _held;
        private readonly SafeFileHandle _file;

        private Held(SafeFileHandle held, SafeFileHandle file) => (_held, _file) = (held, file);

        public static Held Of(SafeFileHandle held, string position)
        {
            try
            {
                var taken = new Held(
                    held, File.OpenHandle(position, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
                Span<byte> holder = stackalloc byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(holder, Environment.ProcessId);
                RandomAccess.Write(taken._file, holder, Length);
                return taken;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }

        private const int Length = 3 * sizeof(long);

        /// <summary>The id of the process that took the lock last, behind the position.</summary>
        public static int ReadHolder(SafeFileHandle file)
        {
            Span<byte> holder = stackalloc byte[sizeof(int)];
            return RandomAccess.Read(file, holder, Length) == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(holder) : 0;
        }

        public WalPosition Read() => Read(_file);

        public static WalPosition Read(SafeFileHandle file)
        {
            Span<byte> content = stackalloc byte[Length];
            return RandomAccess.Read(file, content, 0) == Length
                ? new WalPosition(
                    BinaryPrimitives.ReadInt64LittleEndian(content),
                    BinaryPrimitives.ReadInt64LittleEndian(content[sizeof(long)..]),
                    BinaryPrimitives.ReadInt64LittleEndian(content[(2 * sizeof(long))..]))
                : default;
        }

        public void Write(WalPosition position)
        {
            Span<byte> content = stackalloc byte[Length];
            BinaryPrimitives.WriteInt64LittleEndian(content, position.Segment);
            BinaryPrimitives.WriteInt64LittleEndian(content[sizeof(long)..], position.Id);
            BinaryPrimitives.WriteInt64LittleEndian(content[(2 * sizeof(long))..], position.Offset);
            RandomAccess.Write(_file, content, 0);
        }

        public void Dispose()
        {
            _file.Dispose();
            _held.Dispose();
        }
    }
}

/// <summary>How far the changes of a log were made.</summary>
/// <param name="Segment">The number of the segment that is written, or was the last; 0 when there was none.</param>
/// <param name="Id">The segment's <see cref="WalSegment.Id"/>; 0 when it was deleted.</param>
/// <param name="Offset">The end of the last record whose change was made, in bytes.</param>
internal readonly record struct WalPosition(long Segment, long Id, long Offset);
