using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.Runtime;

/// <summary>The embedded runtime by itself, on flushed files, with activities that do nothing.</summary>
internal sealed class RuntimeBenchmark : IBenchmark
{
    private const int GoalPerSecond = 10_000;
    private const double GoalRestartSeconds = 1;
    private const int GoalMemory = 2 * 1024;

    public string Name => "runtime";

    public string Title => "LocalDurableHost on the file journal, no-op activities";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var flush = Flush.FlushTime.Measure(options.State).Append.Median;
        await RuntimeRun.FanOutAsync(options, 1_000);
        await RuntimeRun.ChainAsync(options, 100);
        var fanOut = await RepeatAsync(options, "fan-out", () => RuntimeRun.FanOutAsync(options, 10_000));
        var small = await RepeatAsync(options, "fan-out", () => RuntimeRun.FanOutAsync(options, 1_000));
        var chain = await RepeatAsync(options, "chain", () => RuntimeRun.ChainAsync(options, 1_000));
        var rate = fanOut.Select(run => run.Count / run.Seconds).ToList();
        var growth = new Sample(fanOut.Select(run => run.Seconds)).Median / new Sample(small.Select(run => run.Seconds)).Median;
        report.Table(
            ["ratio", "shown against", "what", "activities/s", "seconds", "CPU µs/activity", "journal B/activity", "load"],
            [
                [$"{Figures.Of(new Sample(rate).Median / GoalPerSecond, 2)} × goal", "goal ≥ 10,000/s (§1.5: the SDK's in-memory engine 4,500–6,600)", "fan-out of 10,000", .. Row(fanOut), Machine.Load()],
                [$"{Figures.Of(growth, 1)} × 1,000's", "B2: ≤ 11, no quadratic term", "fan-out of 1,000", .. Row(small), Machine.Load()],
                [
                    $"{Figures.Of(new Sample(chain.Select(run => run.Count / run.Seconds)).Median * flush, 2)} ÷ F0", "B1: ≥ 0.8 ÷ F0 (one flush per activity, F0 measured just before)",
                    "chain of 1,000", .. Row(chain), Machine.Load(),
                ],
            ]);
        report.Paragraph(
            "The fan-out is bounded by CPU: JSON of inputs, results and records on two cores; its flushes are shared by hundreds. "
            + "The chain is bounded by the disk: every result waits for the flush of its record.");
        await RestartAsync(options, report);
    }

    private static async Task RestartAsync(BenchOptions options, MarkdownReport report)
    {
        var runs = new List<RestartMeasurement>();
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            runs.Add(await RuntimeRun.RestartAsync(options, 10_000));
            MarkdownReport.Progress($"restart: {Figures.Of(runs[^1].Seconds, 3)} s");
        }

        var (seconds, before, after) = (
            new Sample(runs.Select(run => run.Seconds)), new Sample(runs.Select(run => run.BytesPerActivity)), new Sample(runs.Select(run => run.BytesPerActivityAfterRestart)));
        report.Table(
            ["ratio to the goal", "goal", "what", "figure"],
            [
                [Figures.Of(seconds.Median / GoalRestartSeconds, 2), "< 1 s", "restart with 10,000 finished activities, until the code has seen all of them again", $"{Figures.Spread(seconds, 2)} s"],
                [Figures.Of(before.Median / GoalMemory, 2), "≤ 2,048 B", "managed memory per finished activity of a live instance", $"{Figures.Spread(before)} B"],
                [Figures.Of(after.Median / GoalMemory, 2), "≤ 2,048 B", "the same after the restart", $"{Figures.Spread(after)} B"],
            ]);
        report.Paragraph("Restart is bounded by CPU: reading 20,000 records, and running the orchestrator over them.");
    }

    private static IEnumerable<string> Row(List<RuntimeMeasurement> runs) =>
    [
        Figures.Spread(new Sample(runs.Select(run => run.Count / run.Seconds))),
        Figures.Spread(new Sample(runs.Select(run => run.Seconds)), 3),
        Figures.Of(new Sample(runs.Select(run => run.ProcessorSeconds * 1e6 / run.Count)).Median),
        Figures.Of((double)runs[0].JournalBytes / runs[0].Count),
    ];

    private static async Task<List<RuntimeMeasurement>> RepeatAsync(BenchOptions options, string name, Func<Task<RuntimeMeasurement>> measure)
    {
        var runs = new List<RuntimeMeasurement>();
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            runs.Add(await measure());
            MarkdownReport.Progress($"{name} of {runs[^1].Count}: {Figures.Of(runs[^1].Count / runs[^1].Seconds)}/s");
        }

        return runs;
    }
}
