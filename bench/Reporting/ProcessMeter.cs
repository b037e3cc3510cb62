using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench.Reporting;

/// <summary>What this process uses from its creation on. Not for two measurements at once.</summary>
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
            // 5 makes Linux forget the highest working set so far.
            File.WriteAllText(ResetFile, "5");
        }

        _allocated = GC.GetTotalAllocatedBytes();
        _processor = Processor();
        _started = Stopwatch.GetTimestamp();
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Processor time of all threads: unlike the clock, hardly disturbed by other programs.</summary>
    public TimeSpan ProcessorTime => Processor() - _processor;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes() - _allocated;

    /// <summary>The highest working set in bytes; where the system cannot forget, that of the whole process so far.</summary>
    public static long PeakWorkingSet()
    {
        if (File.Exists(StatusFile) && File.ReadLines(StatusFile).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
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

/// <summary>Managed memory that something holds: what becomes free when it goes. Pools of the process, which grow while it works, are there before and after.</summary>
internal static class HeldMemory
{
    private const int Turns = 100;

    /// <summary>Bytes that are reachable now.</summary>
    public static long Reachable()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <param name="before">What was reachable while the owner lived.</param>
    /// <returns>How many bytes went with the owner, which nobody may hold any more.</returns>
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
