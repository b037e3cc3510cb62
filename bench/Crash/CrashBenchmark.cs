using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.CrashSweep;

namespace Orchestrator.Bench.Crash;

/// <summary>The crash sweep of the tests without its limits: every fault at every write, with seed after seed.</summary>
internal sealed class CrashBenchmark : IBenchmark
{
    public string Name => "crash";

    public string Title => "whole runs that are stopped at each durable write";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (sweep, watch, seed) = (new SweepReport(), Stopwatch.StartNew(), options.Seed);
        if (options.Case is { } text && SweepCase.Parse(text, SweepDefinitions.All) is { } item)
        {
            await SweepCampaign.RunAsync(item, sweep);
        }
        else
        {
            var definitions = SweepDefinitions.All.Where(definition => options.Wants(definition.Name)).ToList();
            for (; sweep.CrashPoints + sweep.LivingFaults < options.Cases && sweep.Failures.Count == 0; seed++)
            {
                await SweepCampaign.RunAsync(definitions, seed, sample: null, sweep);
                MarkdownReport.Progress($"seed {seed}: {sweep}");
            }
        }

        report.Paragraph($"Seeds {options.Seed} to {Math.Max(options.Seed, seed - 1)}: {sweep}; {watch.Elapsed.TotalSeconds:0} s.");
        report.Table(["definition", "cases"], sweep.Cases.Select(cases => (IReadOnlyList<string>)[cases.Key, $"{cases.Value}"]));
        WrongAnswerException.ThrowUnless(
            sweep.Failures.Count == 0, $"Again: crash --case CASE. {sweep.Failures.Count} cases failed, among them:\n{string.Join("\n\n", sweep.Failures.Take(10))}");
    }
}
