using System.Diagnostics;
using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.Flush;

/// <summary>The time of one flush, in seconds: what no durable write of this machine can beat.</summary>
/// <param name="Append">256 bytes at the end of an open file, then fsync.</param>
/// <param name="Rename">A new file of 256 bytes, fsync, and its final name.</param>
internal sealed record FlushTime(Sample Append, Sample Rename)
{
    private const int Bytes = 256;
    private const int Times = 200;
    private const int WarmUp = 10;

    public static FlushTime Measure(string state)
    {
        var folder = Directory.CreateDirectory(Path.Combine(state, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            return new FlushTime(Appends(Path.Combine(folder, "log")), Renames(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Sample Appends(string path)
    {
        var bytes = new byte[Bytes];
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        return Timed(turn =>
        {
            RandomAccess.Write(file, bytes, (long)turn * Bytes);
            RandomAccess.FlushToDisk(file);
        });
    }

    private static Sample Renames(string folder)
    {
        var bytes = new byte[Bytes];
        var (temporary, path) = (Path.Combine(folder, "new"), Path.Combine(folder, "value"));
        return Timed(_ =>
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, bytes, 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
        });
    }

    private static Sample Timed(Action<int> write)
    {
        var seconds = new List<double>(Times);
        for (var turn = 0; turn < WarmUp + Times; turn++)
        {
            var started = Stopwatch.GetTimestamp();
            write(turn);
            if (turn >= WarmUp)
            {
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        return new Sample(seconds);
    }
}
