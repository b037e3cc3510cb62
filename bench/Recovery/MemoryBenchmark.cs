using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Recovery;

/// <summary>Measures the managed memory that a host holds for finished steps and instances.</summary>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const int Goal = 2 * 1024;

    private static readonly RecoveryCase[] Cases =
    [
        new(1, new NoOpWork(NoOpShape.FanOut, 10_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.FanOut, 20_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.Chain, 10_000, Waits: true)),
        new(1, new NoOpWork(NoOpShape.Chain, 20_000, Waits: true)),
        new(2_000, new NoOpWork(NoOpShape.Chain, 5)),
        new(4_000, new NoOpWork(NoOpShape.Chain, 5)),
    ];

    public string Name => "memory";

    public string Title => "managed memory per finished step";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var workload in Cases.Where(workload => options.Wants(workload.Name)))
        {
            var (live, recovered) = (new List<double>(), new List<double>());
            for (var turn = 0; turn < options.Repeat; turn++)
            {
                var (before, after) = await MeasureAsync(workload, options);
                live.Add(before / workload.Steps);
                recovered.Add(after / workload.Steps);
            }

            rows.Add(
            [
                Figures.Ratio(new Sample(live).Median, Goal), workload.Name, Figures.Spread(new Sample(live)), Figures.Spread(new Sample(recovered)),
                Figures.Of(new Sample(live).Median * workload.Steps / workload.Instances),
            ]);
            MarkdownReport.Progress($"{workload.Name}: {rows[^1][2]} B");
        }

        report.Table(["ratio to the goal", "what", "B/step", "B/step after a restart", "B/instance"], rows);
        report.Paragraph(
            $"What a full collection finds more of before the host is disposed than after. Goal: ≤ {Goal:N0} B per finished step. Results stay in "
            + "histories on the disk; of a step that has ended a live instance holds nothing but what the orchestrator's code holds itself, and of "
            + "an instance that has ended its input, output and name are held.");
    }

    private static async Task<(double Live, double Recovered)> MeasureAsync(RecoveryCase workload, BenchOptions options)
    {
        var folder = options.NewFolder();
        try
        {
            var live = await HeldAsync(folder, workload, start: true);
            return (live, await HeldAsync(folder, workload, start: false));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> HeldAsync(string folder, RecoveryCase workload, bool start)
    {
        var (host, reachable) = await HoldAsync(folder, workload, start);
        return await HeldMemory.FreedAsync(host, reachable);
    }

    private static async Task<(WeakReference Host, long Reachable)> HoldAsync(string folder, RecoveryCase workload, bool start)
    {
        var arrivals = new Arrivals(workload.Work.Waits ? workload.Instances : 0);
        await using var host = await NoOpHost.StartAsync(FileJournal.Open(folder), arrivals.Add);
        if (start)
        {
            await workload.RunAsync(host);
        }

        await arrivals.All;
        return (new WeakReference(host), HeldMemory.Reachable());
    }
}
