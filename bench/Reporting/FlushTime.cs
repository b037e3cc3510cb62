using System.Diagnostics;

namespace Orchestrator.Bench.Reporting;

/// <summary>The time of one flush in seconds, which is the lower bound of every durable write on this machine.</summary>
/// <param name="Append">Append 256 bytes to an open file, then fsync.</param>
/// <param name="Rename">Write a new file of 256 bytes, fsync, rename over an existing one.</param>
internal sealed record FlushTime(Sample Append, Sample Rename)
{
    private const int Bytes = 256;
    private const int Times = 200;
    private const int WarmUp = 10;
    private const int MostBytes = 32 * 1024 * 1024;

    /// <param name="state">A folder on the disk to measure.</param>
    public static FlushTime Measure(string state) =>
        InFolder(state, folder => new FlushTime(Appends(Path.Combine(folder, "log"), Bytes), Renames(folder)));

    /// <summary>Seconds to append a number of bytes to an open file, and fsync.</summary>
    public static Sample MeasureAppend(string state, int count) => InFolder(state, folder => Appends(Path.Combine(folder, "log"), count));

    /// <summary>Seconds to write a new file of 256 bytes under its final name, and fsync: how a history begins.</summary>
    public static Sample MeasureNewFile(string state) =>
        InFolder(state, folder => Timed(Times, turn => WriteNew(Path.Combine(folder, $"log-{turn}"))));

    private static T InFolder<T>(string state, Func<string, T> measure)
    {
        var folder = Directory.CreateDirectory(Path.Combine(state, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            return measure(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Sample Appends(string path, int count)
    {
        var bytes = new byte[count];
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        return Timed(Math.Clamp(MostBytes / count, WarmUp, Times), turn =>
        {
            RandomAccess.Write(file, bytes, (long)turn * count);
            RandomAccess.FlushToDisk(file);
        });
    }

    private static Sample Renames(string folder)
    {
        var (temporary, path) = (Path.Combine(folder, "new"), Path.Combine(folder, "value"));
        return Timed(Times, _ =>
        {
            WriteNew(temporary);
            File.Move(temporary, path, overwrite: true);
        });
    }

    private static void WriteNew(string path)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, new byte[Bytes], 0);
        RandomAccess.FlushToDisk(file);
    }

    private static Sample Timed(int times, Action<int> write)
    {
        var seconds = new List<double>(times);
        for (var turn = 0; turn < WarmUp + times; turn++)
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
