using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.Testing.Rules;

namespace Orchestrator.Bench.Rules;

/// <summary>Generated definitions on the scheduler alone: the tests' laws, for as many cases as one likes.</summary>
internal sealed class RulesBenchmark : IBenchmark
{
    /// <summary>Seeds that one thread tries before it says how far it is.</summary>
    private const int Slice = 50_000;

    public string Name => "rules";

    public string Title => "generated definitions on the scheduler alone, in which the rules meet";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (all, watch) = (new RulesReport(), Stopwatch.StartNew());
        var slices = Enumerable.Range(0, (options.Cases + Slice - 1) / Slice).Select(slice => (First: options.Seed + (slice * Slice), Count: Math.Min(Slice, options.Cases - (slice * Slice))));
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
        report.Paragraph($"Seeds {options.Seed} to {options.Seed + options.Cases - 1} in {watch.Elapsed.TotalSeconds:0} s, {all.Cases / watch.Elapsed.TotalSeconds:0} cases a second: {all.Cases} cases, {all.Refused} of them refused by validation, {all.Starts} attempts, {all.Facts} facts, {all.Failed} failures.");
        report.Table(["seen", "times"], all.Seen.Select(seen => (IReadOnlyList<string>)[seen.Key, $"{seen.Value}"]));
        WrongAnswerException.ThrowUnless(all.Failed == 0, $"{all.Failed} cases broke a law:\n{string.Join("\n\n", all.Failures)}");
    }
}
