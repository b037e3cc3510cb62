using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.App;

/// <summary>Measures the whole app on LocalHost with flushed files, against the bound max(critical path, work ÷ slots).</summary>
internal sealed class LayersBenchmark : IBenchmark
{
    private static readonly LayersCase[] Cases =
    [
        new("a: one layer of 1,000", 1, 1_000, 5, 50),
        new("a: one layer of 1,000", 1, 1_000, 5, 1_000),
        new("a: one layer of 1,000", 1, 1_000, 0, 50),
        new("a: one layer of 1,000", 1, 1_000, 0, 1_000),
        new("b: 100 layers of 100", 100, 100, 0, 50),
        new("b: 100 layers of 100", 100, 100, 5, 50),
        new("c: chain of 1,000", 1_000, 1, 0, 50),
        new("c: chain of 1,000", 1_000, 1, 5, 50),
        new("d: chain of 2,000", 2_000, 1, 0, 50),
        new("d: chain of 10,000", 10_000, 1, 0, 50),
        new("m: 50 layers of 100, in memory", 50, 100, 0, 50, InMemory: true),
        new("m: 100 layers of 100, in memory", 100, 100, 0, 50, InMemory: true),
        new("m: chain of 2,000, in memory", 2_000, 1, 0, 50, InMemory: true),
        new("m: chain of 10,000, in memory", 10_000, 1, 0, 50, InMemory: true),
    ];

    public string Name => "layers";

    public string Title => "workflows of mocked prompts, whole app, flushed files";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        await LayersRun.MeasureAsync(new LayersCase("warm-up", 10, 30, 0, 50), options);
        var results = new List<Result>();
        foreach (var workload in Cases.Where(workload => options.Wants(workload.Name)))
        {
            var runs = new List<LayersMeasurement>();
            for (var turn = 0; turn < options.Repeat; turn++)
            {
                runs.Add(await LayersRun.MeasureAsync(workload, options));
                MarkdownReport.Progress($"{workload.Name}, {workload.LatencyMs} ms, cap {workload.MaxParallelism}: {Figures.Of(runs[^1].Wall, 2)} s");
            }

            results.Add(new Result([.. runs.OrderBy(run => run.Wall)], Machine.Load()));
            if (options.Allocations)
            {
                await using var trace = AllocationTrace.Start();
                await LayersRun.MeasureAsync(workload, options);
                await trace.ReportAsync(report, workload.Name, workload.Steps);
            }
        }

        report.Paragraph(
            "R is the wall time, from the request to the final record, divided by LB = max(C, W/m): once with the mocks' nominal latencies, once "
            + $"with the durations that the run's own usage block reports. m is the smaller of `maxParallelism` and the host's {MeasuredApp.Slots} "
            + "activities at a time (host.json). C, W, LB and rates are those of the run with the median wall time.");
        report.Table(
            [
                "R nominal", "R measured", "case", "latency ms", "cap", "m", "wall s", "steps/s",
                "C nominal s", "W nominal s", "LB nominal s", "C measured s", "W measured s", "LB measured s", "load",
            ],
            results.Select(Times));
        report.Table(
            [
                "CPU ms/step", "case", "latency ms", "cap", "start s", "finish s", "values written/step", "appends/step", "reads/step",
                "journal records/step", "journal B/step", "allocated KB/step", "of it by the start", "peak MB",
            ],
            results.Select(Costs));
        report.Paragraph(
            "What bounds them: with 0 and 5 ms of work per step nothing hides the cost of durability. The chain is bounded by the disk: the "
            + "flushes of a step follow each other; only that of `step.started` overlaps with the work. Layers are bounded by processor time, of "
            + "which a run of 1,000 spends most on compiling the program itself (compare 10,000), and by the disk threads that write checkpoints. "
            + "Durations \"measured\" begin with the work, so R measured shows what comes on top of it.");
    }

    private static IReadOnlyList<string> Times(Result result)
    {
        var run = result.Typical;
        return
        [
            Figures.Ratio(run.Wall, run.NominalBound), Figures.Ratio(run.Wall, run.MeasuredBound), run.Case.Name,
            Figures.Of(run.Case.LatencyMs), Figures.Of(run.Case.MaxParallelism), Figures.Of(run.Slots),
            Figures.Spread(new Sample(result.Runs.Select(each => each.Wall)), 2), Figures.Of(run.Case.Steps / run.Wall),
            Figures.Of(run.NominalPath, 3), Figures.Of(run.NominalWork, 2), Figures.Of(run.NominalBound, 3),
            Figures.Of(run.MeasuredPath, 2), Figures.Of(run.MeasuredWork, 2), Figures.Of(run.MeasuredBound, 2), result.Load,
        ];
    }

    private static IReadOnlyList<string> Costs(Result result)
    {
        var run = result.Typical;
        return
        [
            Figures.Of(run.PerStep(run.Processor * 1e3), 2), run.Case.Name, Figures.Of(run.Case.LatencyMs), Figures.Of(run.Case.MaxParallelism),
            Figures.Of(run.Start, 2), Figures.Of(run.Finish, 2),
            Figures.Of(run.PerStep(run.StoreValues), 2), Figures.Of(run.PerStep(run.StoreAppends), 2), Figures.Of(run.PerStep(run.StoreReads), 2),
            Figures.Of(run.PerStep(run.JournalRecords), 2), Figures.Of(run.PerStep(run.JournalBytes)),
            Figures.Of(run.PerStep(run.AllocatedBytes / 1024.0), 1), Figures.Of(run.PerStep(run.StartAllocatedBytes / 1024.0), 1), Figures.Of(run.PeakBytes / 1048576.0),
        ];
    }

    private sealed record Result(IReadOnlyList<LayersMeasurement> Runs, string Load)
    {
        public LayersMeasurement Typical => Runs[(Runs.Count - 1) / 2];
    }
}
