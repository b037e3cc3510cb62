using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.CrashSweep;
using Orchestrator.Testing.Rules;

namespace Orchestrator.Bench.Campaigns;

/// <summary>Generated definitions on the scheduler alone, checked against the rules of the tests.</summary>
internal sealed class RulesBenchmark : IBenchmark
{
    /// <summary>The number of seeds of a thread between two lines of progress.</summary>
    private const int Slice = 50_000;

    public string Name => "rules";

    public string Title => "generated definitions on the scheduler alone, in which the rules meet";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (all, watch) = (new RulesReport(), Stopwatch.StartNew());
        var slices = Enumerable.Range(0, (options.Cases + Slice - 1) / Slice)
            .Select(slice => (First: options.Seed + (slice * Slice), Count: Math.Min(Slice, options.Cases - (slice * Slice))));
        await Parallel.ForEachAsync(slices, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (slice, _) =>
        {
            var part = RulesCampaign.Run(slice.First, slice.Count);
            lock (all)
            {
                all.Add(part);
                MarkdownReport.Progress($"seeds {slice.First} to {slice.First + slice.Count - 1}: {part}");
            }

            return ValueTask.CompletedTask;
        });
        report.Paragraph(
            $"Seeds {options.Seed} to {options.Seed + options.Cases - 1} in {watch.Elapsed.TotalSeconds:0} s, "
            + $"{all.Cases / watch.Elapsed.TotalSeconds:0} cases a second: {all.Cases} cases, {all.Refused} of them refused by validation, "
            + $"{all.Starts} attempts, {all.Facts} facts, {all.Failed} failures.");
        report.Table(["seen", "times"], all.Seen.Select(seen => (IReadOnlyList<string>)[seen.Key, $"{seen.Value}"]));
        WrongAnswerException.ThrowUnless(all.Failed == 0, $"{all.Failed} cases broke a rule:\n{string.Join("\n\n", all.Failures)}");
    }
}

/// <summary>Generated definitions on the whole app, in memory with fake time. Every fourth run is resumed and compared with a fresh one.</summary>
internal sealed class HostRulesBenchmark : IBenchmark
{
    /// <summary>The number of seeds between two lines of progress.</summary>
    private const int Slice = 2_000;

    public string Name => "rules-host";

    public string Title => "generated definitions on the whole app, with fake time and scripted answers";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (sweep, watch) = (new SweepReport(), Stopwatch.StartNew());
        for (var done = 0; done < options.Cases && sweep.Failures.Count == 0; done += Slice)
        {
            sweep.Add(await SweepProcesses.RunRulesAsync(options.Seed + done, Math.Min(Slice, options.Cases - done)));
            MarkdownReport.Progress($"from seed {options.Seed + done}: {sweep.Failures.Count} failures");
        }

        report.Paragraph(
            $"Seeds {options.Seed} to {options.Seed + options.Cases - 1} in {watch.Elapsed.TotalSeconds:0} s: {sweep.Cases.Count} runs, of which "
            + $"every fourth was resumed and compared with a fresh one, {sweep.Failures.Count} failures.");
        WrongAnswerException.ThrowUnless(
            sweep.Failures.Count == 0, $"{sweep.Failures.Count} runs failed, among them:\n{string.Join("\n\n", sweep.Failures.Take(10))}");
    }
}
