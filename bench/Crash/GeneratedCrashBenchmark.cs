using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.CrashSweep;

namespace Orchestrator.Bench.Crash;

/// <summary>The crash sweep over definitions that are made from seeds, in memory and on files.</summary>
internal sealed class GeneratedCrashBenchmark : IBenchmark
{
    /// <summary>Seeds that are swept before it says how far it is.</summary>
    private const int Slice = 20;

    public string Name => "crash-generated";

    public string Title => "the crash sweep over generated definitions";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (sweep, watch) = (new SweepReport(), Stopwatch.StartNew());
        for (var done = 0; done < options.Rounds && sweep.Failures.Count == 0; done += Slice)
        {
            var (first, count) = (options.Seed + done, Math.Min(Slice, options.Rounds - done));
            foreach (var onFiles in new[] { false, true })
            {
                sweep.Add(await SweepProcesses.RunAsync([.. SweepDefinitions.FreeOnes(first, count), .. SweepDefinitions.SteadyOnes(first, count), .. SweepDefinitions.OlderOnes(first, count)], first, options.Cases, onFiles));
            }

            MarkdownReport.Progress($"from seed {first}: {sweep}");
        }

        report.Paragraph($"Seeds {options.Seed} to {options.Seed + options.Rounds - 1}, at most {options.Cases} cases of each definition in memory and as many on files: {sweep}; {watch.Elapsed.TotalSeconds:0} s.");
        WrongAnswerException.ThrowUnless(
            sweep.Failures.Count == 0, $"Again: crash --case CASE. {sweep.Failures.Count} cases failed, among them:\n{string.Join("\n\n", sweep.Failures.Take(10))}");
    }
}
