using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Orchestrator.Bench.Reporting;

/// <summary>Describes the machine that the figures were measured on.</summary>
internal static class Machine
{
    private const string LoadFile = "/proc/loadavg";

    /// <summary>The load averages over 1, 5 and 15 minutes. Above the number of cores, other programs are part of the figures.</summary>
    public static string Load() => File.Exists(LoadFile) ? string.Join(' ', File.ReadAllText(LoadFile).Split(' ').Take(3)) : "unknown";

    /// <summary>Writes the head of a report.</summary>
    /// <param name="state">The folder whose disk is measured.</param>
    /// <param name="repeat">How often each case is measured.</param>
    public static void Describe(MarkdownReport report, string state, int repeat)
    {
        report.Title("Benchmarks");
        var flush = FlushTime.Measure(state);
        report.Bullets(
            $"{TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, load average {Load()} when it began",
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}{Debugging()}",
            $"F0, the time of one flush here: append 256 B + fsync {Micro(flush.Append)}; create + write + fsync + rename {Micro(flush.Rename)}",
            $"each case measured {repeat} times: median (least–most)");
    }

    /// <summary>Seconds as microseconds: median and 95th percentile.</summary>
    public static string Micro(Sample seconds) => $"{Figures.Of(seconds.Median * 1e6)} µs (p95 {Figures.Of(seconds.P95 * 1e6)} µs)";

    private static string Debugging() =>
        typeof(Machine).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true
            ? ", **a Debug build: the figures mean nothing**"
            : "";
}
