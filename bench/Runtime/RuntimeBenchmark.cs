using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.Runtime;

/// <summary>Measures one instance of the embedded runtime, with activities that do nothing: a chain and a fan-out.</summary>
internal sealed class RuntimeBenchmark : IBenchmark
{
    private const int FanOutGoal = 10_000;
    private const int ChainGoalInMemory = 20_000;

    public string Name => "runtime";

    public string Title => "LocalDurableHost, no-op activities, one instance";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        await RuntimeMeasurement.TakeAsync(options, JournalKind.Files, new NoOpWork(NoOpShape.FanOut, 1_000));
        await RuntimeMeasurement.TakeAsync(options, JournalKind.Memory, new NoOpWork(NoOpShape.Chain, 1_000));
        var rows = new List<IReadOnlyList<string>>();
        var flush = FlushTime.Measure(options.State).Append.Median;
        var chain = await TakeAsync(JournalKind.Files, NoOpShape.Chain, 1_000);
        Add(chain, $"{Figures.Of(Rate(chain).Median * flush, 2)} ÷ F0", "B1: ≥ 0.8 ÷ F0 (one flush per activity; F0 measured just before)");
        chain = await TakeAsync(JournalKind.Memory, NoOpShape.Chain, 10_000);
        Add(chain, $"{Figures.Of(Rate(chain).Median / ChainGoalInMemory, 2)} × goal", "B1: ≥ 20,000/s without flushes");
        var longer = await TakeAsync(JournalKind.Memory, NoOpShape.Chain, 20_000);
        Add(longer, Growth(longer, chain), "linear: ≤ 2.2");
        var small = await TakeAsync(JournalKind.Files, NoOpShape.FanOut, 1_000);
        Add(small, $"{Figures.Of(Rate(small).Median / FanOutGoal, 2)} × goal", "B2: ≥ 10,000/s (the SDK's in-memory engine: 4,500–6,600)");
        var fanOut = await TakeAsync(JournalKind.Files, NoOpShape.FanOut, 10_000);
        Add(fanOut, $"{Figures.Of(Rate(fanOut).Median / FanOutGoal, 2)} × goal", "the same");
        Add(fanOut, Growth(fanOut, small), "B2: 10,000 ÷ 1,000 ≤ 11");
        var wider = await TakeAsync(JournalKind.Files, NoOpShape.FanOut, 20_000);
        Add(wider, Growth(wider, fanOut), "linear: ≤ 2.2");
        report.Table(["ratio", "shown against", "journal", "what", "activities/s", "seconds", "CPU µs/activity", "allocated B/activity", "journal B/activity", "load"], rows);
        report.Paragraph(
            "Growth is the ratio of the least times, with that of the processor times in parentheses. The chain on files is bounded by the disk: "
            + "every result waits for the flush of its record. Everything else is bounded by CPU, the JSON of inputs, results and records; the "
            + "flushes of a fan-out are shared by hundreds.");

        async Task<Case> TakeAsync(JournalKind journal, NoOpShape shape, int steps)
        {
            var work = new NoOpWork(shape, steps);
            return new Case(journal, work, await RuntimeMeasurement.RepeatAsync(options, journal, work), Machine.Load());
        }

        void Add(Case of, string ratio, string against) => rows.Add(
        [
            ratio, against, of.Journal.Name, of.Work.ToString(), Figures.Spread(Rate(of)),
            Figures.Spread(new Sample(of.Runs.Select(run => run.Seconds)), 3),
            Figures.Of(new Sample(of.Runs.Select(run => run.ProcessorSeconds * 1e6 / run.Activities)).Median, 1),
            Figures.Of(new Sample(of.Runs.Select(run => (double)run.AllocatedBytes / run.Activities)).Median),
            Figures.Of((double)of.Runs[0].JournalBytes / of.Runs[0].Activities), of.Load,
        ]);
    }

    private static Sample Rate(Case of) => new(of.Runs.Select(run => run.Activities / run.Seconds));

    private static string Growth(Case of, Case before)
    {
        var time = of.Runs.Min(run => run.Seconds) / before.Runs.Min(run => run.Seconds);
        var processor = of.Runs.Min(run => run.ProcessorSeconds) / before.Runs.Min(run => run.ProcessorSeconds);
        return $"{Figures.Of(time, 2)} ({Figures.Of(processor, 2)}) × that of {before.Work.Steps:N0}";
    }

    private sealed record Case(JournalKind Journal, NoOpWork Work, IReadOnlyList<RuntimeMeasurement> Runs, string Load);
}
