using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.Runtime;

/// <summary>Measures many instances of a chain of five activities, some or all of them at the same time.</summary>
internal sealed class SmallRunsBenchmark : IBenchmark
{
    private const int Goal = 2_000;

    /// <summary>Flushes of one instance's file, the first of which creates it. Counted with strace.</summary>
    private const int Flushes = 6;

    /// <summary>Fewer than the files that the journal keeps open.</summary>
    private const int Few = 64;

    private static readonly NoOpWork Work = new(NoOpShape.Chain, 5);

    public string Name => "small";

    public string Title => "many small instances (HelloSequence5)";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var flushes = FlushTime.MeasureNewFile(options.State).Median + ((Flushes - 1) * FlushTime.Measure(options.State).Append.Median);
        var bound = Math.Clamp(Environment.ProcessorCount, 2, 8) / flushes;
        var rows = new List<IReadOnlyList<string>>();
        foreach (var journal in (JournalKind[])[JournalKind.Files, JournalKind.Memory])
        {
            await RuntimeMeasurement.TakeAsync(options, journal, Work, instances: 100, atATime: 100);
            IReadOnlyList<RuntimeMeasurement>? before = null;
            foreach (var (instances, atATime) in ((int, int)[])[(2_500, 2_500), (5_000, 5_000), (5_000, Few)])
            {
                if (!options.Wants($"{journal.Name}, {instances} instances, {atATime} at a time"))
                {
                    continue;
                }

                var runs = await RuntimeMeasurement.RepeatAsync(options, journal, Work, instances, atATime);
                var rate = new Sample(runs.Select(run => instances / run.Seconds));
                rows.Add(
                [
                    $"{Figures.Of(rate.Max / Goal, 2)} × goal",
                    before is not null && atATime == 5_000
                        ? Figures.Ratio(runs.Min(run => run.Seconds), before.Min(run => run.Seconds))
                        : Figures.None,
                    journal == JournalKind.Files ? Figures.Ratio(rate.Max, bound) : Figures.None, journal.Name, $"{instances:N0}", $"{atATime:N0}",
                    Figures.Spread(rate), Figures.Of(runs.Min(run => run.ProcessorSeconds) * 1e6 / instances), Machine.Load(),
                ]);
                before = runs;
            }
        }

        report.Table(
            ["ratio", "time ÷ that of 2,500", "÷ bound of the disk", "journal", "instances", "at a time", "instances/s", "CPU µs/instance", "load"],
            rows);
        report.Paragraph(
            $"B3: goal ≥ {Goal:N0} instances/s per process (Azure Storage 27–48 per node, Netherite 50–339). In memory the bound is CPU. On files "
            + $"every instance is a new file and flushes it {Flushes} times, one after the other and shared with no other instance, by as many "
            + $"threads as there are cores: the disk allows {Figures.Of(bound)} instances/s if flushes of different files do not disturb each "
            + "other. Above 256 open files a file is closed after each flush and opened again.");
    }
}
