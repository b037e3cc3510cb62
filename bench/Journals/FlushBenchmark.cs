using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench.Journals;

/// <summary>Measures the flush time repeatedly: how much it varies while other programs use the disk.</summary>
internal sealed class FlushBenchmark : IBenchmark
{
    public string Name => "flush";

    public string Title => "the disk";

    public Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            var flush = FlushTime.Measure(options.State);
            rows.Add(
                [Figures.Of(flush.Append.P95 / flush.Append.Median, 1), Machine.Micro(flush.Append), Machine.Micro(flush.Rename), Machine.Load()]);
        }

        report.Table(["p95 ÷ median", "append 256 B + fsync", "create + write + fsync + rename", "load"], rows);
        report.Paragraph(
            "Bounded by the device alone; 200 of each, one after the other. "
            + "What other programs write to the same disk is part of these figures and of all that follow.");
        return Task.CompletedTask;
    }
}
