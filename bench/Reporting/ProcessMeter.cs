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
