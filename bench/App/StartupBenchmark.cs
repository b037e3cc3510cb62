using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Bench.Reporting;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Functions.Application;

namespace Orchestrator.Bench.App;

/// <summary>
/// Measures starts of the command from outside, on builds that are given: when the first step of a run begins, and when a server answers over a
/// folder with many runs that have ended.
/// </summary>
internal sealed class StartupBenchmark : IBenchmark
{
    private const int Runs = 10_000;
    private const int AtATime = 64;
    private const string RunId = "measured";

    private static readonly LayersCase Ended = new("ended", 5, 1, LatencyMs: 0, MaxParallelism: 10);

    private const string Chain = """
        {
          "steps": [
            { "id": "a", "prompt": "1" },
            { "id": "b", "prompt": "2 {{a}}", "dependsOn": [ "a" ] },
            { "id": "c", "prompt": "3 {{b}}", "dependsOn": [ "b" ] }
          ]
        }
        """;

    private const string Mocks = """{ "steps": { "*": [ { "output": "ok" } ] } }""";

    public string Name => "startup";

    public string Title => "starts of the command";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (few, many) = (options.NewFolder(), options.NewFolder());
        try
        {
            MarkdownReport.Progress($"making {Runs} runs that have ended");
            await MakeRunsAsync(many, Runs);
            await MakeRunsAsync(few, 1);
            var rows = new List<IReadOnlyList<string>>();
            foreach (var build in options.Commands)
            {
                rows.Add(await MeasureAsync(build, few, many, options));
                MarkdownReport.Progress(string.Join(" | ", rows[^1]));
            }

            report.Table(
                [
                    "build", "`run` of 3 mocked steps: the first begins, ms", "the command has ended, ms",
                    "`serve`, one run: `/api/health` answers, ms",
                    $"`serve`, {Runs:N0} ended runs: listening, ms", "`/api/health` answers, ms", "load",
                ],
                rows);
            report.Paragraph(
                $"Milliseconds from the start of the process, medians of {options.Repeat} (least–most), each with a folder of its own or the same "
                + "10,000 ended runs of five steps, files in the page cache. Goals: the first step within 450 ms, 10,000 ended runs within 600 ms.");
        }
        finally
        {
            Directory.Delete(few, recursive: true);
            Directory.Delete(many, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> MeasureAsync(string build, string few, string many, BenchOptions options)
    {
        var (runs, one, all) = (new List<RunStart>(), new List<ServeStart>(), new List<ServeStart>());
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            runs.Add(await StartRunAsync(build, options));
            one.Add(await StartServeAsync(build, few));
            all.Add(await StartServeAsync(build, many));
        }

        return
        [
            Path.GetFileName(Path.TrimEndingDirectorySeparator(build)), Spread(runs, run => run.FirstStep), Spread(runs, run => run.End),
            Spread(one, start => start.Answer), Spread(all, start => start.Listening), Spread(all, start => start.Answer), Machine.Load(),
        ];

        static string Spread<T>(List<T> starts, Func<T, double> milliseconds) => Figures.Spread(new Sample(starts.Select(milliseconds)));
    }

    private static async Task<RunStart> StartRunAsync(string build, BenchOptions options)
    {
        var folder = options.NewFolder();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "workflow.json"), Chain);
            await File.WriteAllTextAsync(Path.Combine(folder, "mocks.json"), Mocks);
            var (started, timestamp) = (TimeProvider.System.GetUtcNow(), Stopwatch.GetTimestamp());
            using var run = OrchestratorProcess.StartBuild(build, folder, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId);
            var ended = await run.WaitForExitAsync();
            var end = Stopwatch.GetElapsedTime(timestamp).TotalMilliseconds;
            WrongAnswerException.ThrowUnless(ended.ExitCode == 0, $"{build}: {ended.Error}");

            using var show = OrchestratorProcess.StartBuild(build, folder, "runs", "show", RunId, "--json");
            var first = (await show.WaitForExitAsync()).Json().GetProperty("steps").GetProperty("a").GetProperty("startedAt").GetDateTimeOffset();
            return new RunStart((first - started).TotalMilliseconds, end);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<ServeStart> StartServeAsync(string build, string state)
    {
        var started = Stopwatch.GetTimestamp();
        using var serve = OrchestratorProcess.StartBuild(build, state, "serve", "--port", "0", "--state", state);
        var line = await serve.Output.WaitForAsync("StartRun:");
        var listening = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        using var client = new HttpClient();
        var address = new Uri(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]), "/api/health");
        var health = JsonDocument.Parse(await client.GetStringAsync(address)).RootElement;
        var answer = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        serve.Send(Signal.Terminate);
        var ended = await serve.WaitForExitAsync();
        WrongAnswerException.ThrowUnless(
            ended.ExitCode == 0 && health.GetProperty("status").GetString() == "ok", $"{build}: {health} {ended.Output} {ended.Error}");
        return new ServeStart(listening, answer);
    }

    private static async Task MakeRunsAsync(string state, int count)
    {
        await using var app = await MeasuredApp.StartAsync(state);
        var request = LayersRun.Request(Ended);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), parallel, async (number, token) =>
        {
            var run = await app.Get<RunStarter>().StartAsync(app.Client, request with { RunId = $"ended-{number:D5}" }, token);
            await app.Client.WaitForInstanceCompletionAsync(run.InstanceId, token);
        });
    }

    private sealed record RunStart(double FirstStep, double End);

    private sealed record ServeStart(double Listening, double Answer);
}
