using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Recovery;

/// <summary>Measures the start of a host over existing histories: of the embedded runtime alone, and of the whole app.</summary>
internal sealed class RecoveryBenchmark : IBenchmark
{
    private const int GoalEventsPerSecond = 500_000;

    private static readonly RecoveryCase[] Cases =
    [
        new(1, new NoOpWork(NoOpShape.FanOut, 10_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.FanOut, 25_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.FanOut, 50_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.Chain, 10_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.Chain, 25_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.Chain, 50_000, Waits: true)),
        new(2_000, new NoOpWork(NoOpShape.Chain, 5, Waits: true)),
        new(4_000, new NoOpWork(NoOpShape.Chain, 5, Waits: true)),
        new(2_000, new NoOpWork(NoOpShape.Chain, 5)),
        new(4_000, new NoOpWork(NoOpShape.Chain, 5)),
    ];

    public string Name => "recovery";

    public string Title => "restart on files";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        (RecoveryCase Case, double Seconds, double Processor)? before = null;
        await MeasureAsync(new RecoveryCase(10, new NoOpWork(NoOpShape.Chain, 500, Waits: true)), options);
        foreach (var workload in Cases.Where(workload => options.Wants(workload.Name)))
        {
            var (events, runs) = await MeasureAsync(workload, options);
            var seconds = new Sample(runs.Select(run => run.Seconds));
            var (least, processor) = (runs.Min(run => run.Seconds), runs.Min(run => run.ProcessorSeconds));
            var isDouble = before is { } half && half.Case.Work.Shape == workload.Work.Shape && half.Case.Work.Waits == workload.Work.Waits
                && 2 * half.Case.Steps == workload.Steps;
            rows.Add(
            [
                Figures.Ratio(events / least, GoalEventsPerSecond),
                isDouble ? $"{Figures.Ratio(least, before!.Value.Seconds)} ({Figures.Ratio(processor, before.Value.Processor)})" : Figures.None,
                workload.Name, $"{workload.Steps:N0}", $"{events:N0}", Figures.Spread(seconds, 3), Figures.Of(events / least),
                Figures.Of(processor * 1e6 / events, 2), Machine.Load(),
            ]);
            before = (workload, least, processor);
        }

        report.Table(
            [
                "events/s ÷ 500,000", "time (CPU) ÷ that of half", "what", "finished steps", "events", "seconds",
                "events/s, best", "CPU µs/event", "load",
            ],
            rows);
        report.Paragraph(
            "From opening the journal until the code of every unfinished instance has seen all its results again and waits for what comes next. "
            + "Goals: 10,000 finished steps in less than 1 s; linear, that is ≤ 2.2 for twice the steps; B6: ≥ 500,000 events/s. The program's "
            + "code is compiled already; the start of a process comes on top. Bounded by CPU: checking and parsing records, and the code that runs "
            + "over them; with many instances, by opening their files.");
        if (options.Wants(AppRecovery.Name))
        {
            await AppRecovery.RunAsync(options, report);
        }
    }

    private static async Task<(long Events, IReadOnlyList<RecoveryMeasurement> Runs)> MeasureAsync(RecoveryCase workload, BenchOptions options)
    {
        var folder = options.NewFolder();
        try
        {
            var runs = new List<RecoveryMeasurement>();
            var events = await workload.PrepareAsync(folder);
            for (var turn = 0; turn < options.Repeat; turn++)
            {
                runs.Add(await workload.RestartAsync(folder));
                MarkdownReport.Progress($"{workload.Name}: {Figures.Of(runs[^1].Seconds, 3)} s");
            }

            await workload.FinishAsync(folder);
            return (events, runs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
