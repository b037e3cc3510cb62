using System.Diagnostics;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Bench.Reporting;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;

namespace Orchestrator.Bench.App;

/// <summary>Measures a page of the list of runs, with 10,000 runs in the store.</summary>
internal sealed class RunListBenchmark : IBenchmark
{
    private const int Runs = 10_000;
    private const int Page = 50;
    private const int Times = 21;

    public string Name => "list";

    public string Title => "a page of the list of runs";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var folder = options.NewFolder();
        var rows = new List<IReadOnlyList<string>>();
        try
        {
            (string, IContentStore)[] stores = [("memory", new MemoryContentStore()), ("files", new FileContentStore(folder, TimeProvider.System))];
            foreach (var (name, store) in stores)
            {
                var runs = new RunStore(store, new RunLogStore(store));
                await Parallel.ForEachAsync(Enumerable.Range(0, Runs), async (run, token) =>
                {
                    await runs.CreateAsync(Record(run), token);
                    await runs.AddToIndexAsync(Record(run), token);
                });
                var times = new List<double>();
                for (var turn = 0; turn < Times; turn++)
                {
                    var started = Stopwatch.GetTimestamp();
                    var page = await new RunLister(store, runs, TimeProvider.System).ListAsync(new RunFilter { Top = Page }, CancellationToken.None);
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    WrongAnswerException.ThrowUnless(
                        page.Runs.Count == Page && page.Runs[0].RunId == $"run-{Runs - 1:D5}", $"{name}: the page has {page.Runs.Count} runs.");
                }

                times.Sort();
                rows.Add([name, Figures.Of(times[Times / 2], 1), Figures.Of(times[0], 1), Figures.Of(times[^1], 1), Machine.Load()]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        report.Table(["store", "median, ms", "least", "most, the first included", "load"], rows);
        report.Paragraph($"{Runs} runs, a page of {Page}. Goal: under 50 ms.");
    }

    private static RunRecord Record(int run) => new()
    {
        RunId = $"run-{run:D5}",
        Workflow = "bench",
        DefinitionHash = new string('0', 64),
        CreatedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(run),
    };
}
