using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench.Reporting;

/// <summary>Measures time, processor time and memory of this process since its creation. One measurement at a time.</summary>
internal sealed class ProcessMeter
{
    private const string StatusFile = "/proc/self/status";
    private const string ResetFile = "/proc/self/clear_refs";

    private readonly long _started;
    private readonly TimeSpan _processor;
    private readonly long _allocated;

    public ProcessMeter()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (File.Exists(ResetFile))
        {
            // 5 resets the peak working set (proc(5)).
            File.WriteAllText(ResetFile, "5");
        }

        _allocated = GC.GetTotalAllocatedBytes();
        _processor = Processor();
        _started = Stopwatch.GetTimestamp();
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>The processor time of all threads. Other programs disturb it less than the elapsed time.</summary>
    public TimeSpan ProcessorTime => Processor() - _processor;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes() - _allocated;

    /// <summary>The peak working set in bytes; of the whole process so far where the system cannot reset it.</summary>
    public static long PeakWorkingSet()
    {
        if (File.Exists(StatusFile)
            && File.ReadLines(StatusFile).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
        {
            return 1024 * long.Parse(line.AsSpan("VmHWM:".Length, line.Length - "VmHWM:".Length - "kB".Length).Trim(), CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static TimeSpan Processor()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}

/// <summary>Measures the managed memory that an object holds, by what becomes free with it. Pools of the process are not counted.</summary>
internal static class HeldMemory
{
    private const int Turns = 100;

    /// <summary>The reachable bytes, after a full collection.</summary>
    public static long Reachable()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>The bytes that became free with an object.</summary>
    /// <param name="owner">The object, to which no other reference may be left.</param>
    /// <param name="before">The reachable bytes while the object was alive.</param>
    public static async Task<long> FreedAsync(WeakReference owner, long before)
    {
        for (var turn = 0; turn < Turns && owner.IsAlive; turn++)
        {
            await Task.Delay(10);
            Reachable();
        }

        WrongAnswerException.ThrowUnless(!owner.IsAlive, "Something still holds a host that was disposed.");
        return before - Reachable();
    }
}
