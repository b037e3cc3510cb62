using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Bench.Reporting;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Bench.App;

/// <summary>Measures starts of small runs and pages of the list over HTTP, at a <c>serve</c> in a process of its own with flushed files.</summary>
internal sealed class PostsBenchmark : IBenchmark
{
    private const int WarmUp = 600;
    private const int Posts = 2_000;
    private const int Listed = 10_000;
    private const int Pages = 101;

    private const string Starts = "starts";
    private const string Lists = "pages";

    public string Name => "posts";

    public string Title => "runs started and listed over HTTP, `serve` with flushed files";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        if (options.Wants(Starts))
        {
            await StartsAsync(options, report);
        }

        if (options.Wants(Lists))
        {
            await PagesAsync(options, report);
        }
    }

    private static async Task StartsAsync(BenchOptions options, MarkdownReport report)
    {
        var measured = new List<PostsMeasurement>();
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            var folder = options.NewFolder();
            try
            {
                using var server = await ServeProcess.StartAsync(folder, "--allow-mocks");
                var client = new PostsClient(server);
                await client.PostAsync(WarmUp);
                measured.Add(await client.PostAsync(Posts));
                MarkdownReport.Progress($"{measured[^1].Rate:0} posts/s, p99 {measured[^1].Times.P99:0} ms, {measured[^1].ProcessorMs:0.0} ms a run");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        report.Table(
            ["posts/s", "p50 ms", "p99 ms", "runs/s to the end of all", "CPU ms/run", "load"],
            [
                [
                    Spread(measured, each => each.Rate), Spread(measured, each => each.Times.Median, 1), Spread(measured, each => each.Times.P99, 1),
                    Spread(measured, each => each.EndRate), Spread(measured, each => each.ProcessorMs, 2), Machine.Load(),
                ],
            ]);
        report.Paragraph(
            $"{PostsClient.Connections} connections, each with one request at a time: `POST /api/runs` of a chain of three mocked steps, {Posts:N0} "
            + $"runs after {WarmUp} to warm up. Each run is checked: completed, with the right outputs. \"To the end of all\" counts until the last "
            + "run has ended. The client takes a part of the machine's processors; CPU ms/run is that of the server, until the last run has ended. "
            + "Goal: 400/s, p99 of 60 ms.");
    }

    private static async Task PagesAsync(BenchOptions options, MarkdownReport report)
    {
        var folder = options.NewFolder();
        var rows = new List<IReadOnlyList<string>>();
        try
        {
            await FillAsync(folder);
            using var server = await ServeProcess.StartAsync(folder, "--allow-mocks");
            var client = new PostsClient(server);
            var last = await client.LastPageAsync(Listed);
            await client.PagesAsync(null, Pages);
            await AddAsync("first page", () => client.PagesAsync(null, Pages));
            await AddAsync("last page", () => client.PagesAsync(last, Pages));
            await client.PostAsync(WarmUp);
            await AddAsync("first page while runs are started", () => client.PagesWhilePostingAsync(Pages));

            async Task AddAsync(string name, Func<Task<Sample>> measure)
            {
                var (samples, before) = (new List<Sample>(), client.ProcessorMs);
                for (var turn = 0; turn < options.Repeat; turn++)
                {
                    samples.Add(await measure());
                }

                var processor = (client.ProcessorMs - before) / (options.Repeat * Pages);

                rows.Add(
                [
                    name, Figures.Spread(new Sample(samples.Select(sample => sample.Median)), 1),
                    Figures.Spread(new Sample(samples.Select(sample => sample.P99)), 1), Figures.Of(processor, 2), Machine.Load(),
                ]);
                MarkdownReport.Progress(string.Join(" | ", rows[^1]));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        report.Table(["page of 50", "p50 ms", "p99 ms", "CPU ms/page", "load"], rows);
        report.Paragraph(
            $"`GET /api/runs`, {Pages} times one after another, of {Listed:N0} ended runs; the last row with as many connections as above that start "
            + "runs meanwhile, whose processor time is in that of the page. CPU ms is that of the server. Goal: 10 ms.");
    }

    private static async Task FillAsync(string folder)
    {
        var store = new FileContentStore(folder, TimeProvider.System);
        using var runs = new RunStore(store, new RunLogStore(store));
        await Parallel.ForEachAsync(Enumerable.Range(0, Listed), async (run, token) =>
        {
            var record = Record(run);
            await runs.CreateAsync(record, token);
            await runs.AddToIndexAsync(record, token);
        });
    }

    private static RunRecord Record(int run)
    {
        var created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(run);
        return new RunRecord
        {
            RunId = $"run-{run:D5}",
            Workflow = "bench",
            DefinitionHash = new string('0', 64),
            CreatedAt = created,
            StartedAt = created,
            CompletedAt = created.AddSeconds(1),
            Status = RunStatus.Completed,
        };
    }

    private static string Spread(IEnumerable<PostsMeasurement> measured, Func<PostsMeasurement, double> figure, int decimals = 0) =>
        Figures.Spread(new Sample(measured.Select(figure)), decimals);
}
