using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.CrashSweep;

namespace Orchestrator.Bench.Campaigns;

/// <summary>The crash sweep of the tests with wider limits: every fault at every write, for several seeds.</summary>
internal sealed class CrashBenchmark : IBenchmark
{
    public string Name => "crash";

    public string Title => "whole runs in which something goes wrong, at each durable write and each activity";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (sweep, watch, seed) = (new SweepReport(), Stopwatch.StartNew(), options.Seed);
        if (options.Case is { } text && SweepCase.Parse(text) is { } item)
        {
            await SweepCampaign.RunAsync(item, sweep);
        }
        else
        {
            var wanted = SweepDefinitions.All
                .Where(definition => options.Wants(definition.Name))
                .ToLookup(definition => definition.IsLarge, definition => definition.Name);
            for (; seed < options.Seed + options.Rounds && sweep.Failures.Count == 0; seed++)
            {
                foreach (var definitions in wanted)
                {
                    var cases = definitions.Key ? Math.Max(1, options.Cases / 10) : options.Cases;
                    sweep.Add(await SweepProcesses.RunAsync([.. definitions], seed, cases));
                    sweep.Add(await SweepProcesses.RunAsync([.. definitions], seed, cases, onFiles: true));
                }

                MarkdownReport.Progress($"seed {seed}: {sweep}");
            }
        }

        report.Paragraph(
            $"Seeds {options.Seed} to {Math.Max(options.Seed, seed - 1)}: {sweep}; {watch.Elapsed.TotalSeconds:0} s, "
            + $"{(sweep.CrashPoints + sweep.LivingFaults) / watch.Elapsed.TotalSeconds:0} cases a second.");
        report.Table(["definition", "cases"], sweep.Cases.Select(cases => (IReadOnlyList<string>)[cases.Key, $"{cases.Value}"]));
        Check(sweep);
    }

    /// <exception cref="WrongAnswerException">A case failed.</exception>
    internal static void Check(SweepReport sweep) => WrongAnswerException.ThrowUnless(
        sweep.Failures.Count == 0,
        $"Again: crash --case CASE. {sweep.Failures.Count} cases failed, among them:\n{string.Join("\n\n", sweep.Failures.Take(10))}");
}

/// <summary>The crash sweep over definitions that are made from seeds, in memory and on files.</summary>
internal sealed class GeneratedCrashBenchmark : IBenchmark
{
    /// <summary>The number of seeds between two lines of progress.</summary>
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
                IReadOnlyList<string> definitions =
                [
                    .. SweepDefinitions.FreeOnes(first, count), .. SweepDefinitions.SteadyOnes(first, count),
                    .. SweepDefinitions.OlderOnes(first, count),
                ];
                sweep.Add(await SweepProcesses.RunAsync(definitions, first, options.Cases, onFiles));
            }

            MarkdownReport.Progress($"from seed {first}: {sweep}");
        }

        report.Paragraph(
            $"Seeds {options.Seed} to {options.Seed + options.Rounds - 1}, at most {options.Cases} cases of each definition in memory and as many "
            + $"on files: {sweep}; {watch.Elapsed.TotalSeconds:0} s.");
        CrashBenchmark.Check(sweep);
    }
}
