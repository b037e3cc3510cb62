using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Journals;

/// <summary>Measures the journals alone, with writers that wait until each record is durable.</summary>
internal sealed class AppendBenchmark : IBenchmark
{
    public string Name => "append";

    public string Title => "journal: append and wait until it is durable";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        await AppendMeasurement.TakeAsync(new AppendCase(JournalKind.Files, 8, 256, Shared: true), options);
        await AppendMeasurement.TakeAsync(new AppendCase(JournalKind.Memory, 8, 256, Shared: true), options);
        var rows = new List<IReadOnlyList<string>>();
        foreach (var journal in (JournalKind[])[JournalKind.Files, JournalKind.Memory])
        {
            foreach (var bytes in (int[])[256, 4 * 1024, 64 * 1024])
            {
                await AddAsync(new AppendCase(journal, 1, bytes, Shared: true));
                foreach (var writers in (int[])[8, 64])
                {
                    await AddAsync(new AppendCase(journal, writers, bytes, Shared: true));
                    await AddAsync(new AppendCase(journal, writers, bytes, Shared: false));
                }
            }
        }

        report.Table(
            [
                "rate × F0 ÷ records in a flush", "p99 ÷ F0", "F0 µs", "journal", "writers", "B", "histories",
                "records/s", "median µs", "p99 µs", "MB/s", "load",
            ],
            rows);
        report.Paragraph(
            "B8: a rate of at least 0.8 × b ÷ F0, p99 ≤ 3 F0. One history: F0 is that of one write of all writers' records, and b their number, so "
            + "that 1 means that every flush carries a record of each writer. A history each: F0 is that of one record and b is 1, so that more "
            + "than 1 means that the disk flushes more than one file at a time. Rate and F0 are the best of the turns, taken in turn. Files are "
            + "bounded by the disk, memory by CPU.");

        async Task AddAsync(AppendCase workload)
        {
            if (!options.Wants(workload.Name))
            {
                return;
            }

            var files = workload.Journal == JournalKind.Files;
            var together = workload.Shared ? workload.Writers : 1;
            var (flushes, turns) = (new List<double>(), new List<AppendMeasurement>());
            for (var turn = 0; turn < options.Repeat; turn++)
            {
                if (files)
                {
                    flushes.Add(FlushTime.MeasureAppend(options.State, together * workload.Bytes).Median);
                }

                turns.Add(await AppendMeasurement.TakeAsync(workload, options));
            }

            var (best, flush) = (turns.MaxBy(turn => turn.Rate)!, files ? flushes.Min() : double.NaN);
            MarkdownReport.Progress($"{workload.Name}: {Figures.Of(best.Rate)}/s");
            rows.Add(
            [
                Figures.Of(best.Rate * flush / together, 2), Figures.Of(best.Latency.P99 / flush, 1), Figures.Of(flush * 1e6),
                workload.Journal.Name, $"{workload.Writers}", $"{workload.Bytes:N0}", workload.Shared ? "one" : "a history each",
                Figures.Of(best.Rate), Figures.Of(best.Latency.Median * 1e6, 1), Figures.Of(best.Latency.P99 * 1e6, 1),
                Figures.Of(best.Rate * workload.Bytes / 1e6, 1), Machine.Load(),
            ]);
        }
    }
}
