using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.CrashSweep;

namespace Orchestrator.Bench.Rules;

/// <summary>Generated definitions on the whole app, in memory and under fake time, every fourth of them resumed and held against a fresh run.</summary>
internal sealed class HostRulesBenchmark : IBenchmark
{
    /// <summary>Seeds that are tried before it says how far it is.</summary>
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

        report.Paragraph($"Seeds {options.Seed} to {options.Seed + options.Cases - 1} in {watch.Elapsed.TotalSeconds:0} s: {sweep.Cases.Count} runs, of which every fourth was resumed and compared with a fresh one, {sweep.Failures.Count} failures.");
        WrongAnswerException.ThrowUnless(sweep.Failures.Count == 0, $"{sweep.Failures.Count} runs failed, among them:\n{string.Join("\n\n", sweep.Failures.Take(10))}");
    }
}
