using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Bench.Reporting;
using Orchestrator.EndToEnd.Processes;

namespace Orchestrator.Bench.App;

/// <summary>Starts and lists runs at a server, measures the requests and checks what they answer.</summary>
internal sealed class PostsClient(ServeProcess server)
{
    public const int Connections = 16;

    private const int Page = 50;

    private static readonly LayersCase Workload = new("three", 3, 1, LatencyMs: 0, MaxParallelism: 50);

    private static readonly byte[] Body = Encode(new JsonObject
    {
        ["definition"] = JsonNode.Parse(LayersDefinition.Text(Workload)),
        ["inputs"] = new JsonObject { ["topic"] = "posts" },
        ["options"] = new JsonObject { ["mocks"] = LayersDefinition.MocksJson(Workload) },
    });

    /// <summary>The processor time of the server so far, in milliseconds.</summary>
    public double ProcessorMs
    {
        get
        {
            using var process = Process.GetProcessById(server.Process.Id);
            return process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    /// <summary>Starts runs on all connections, waits for their ends, and checks each.</summary>
    public async Task<PostsMeasurement> PostAsync(int count)
    {
        var (before, began) = (ProcessorMs, Stopwatch.GetTimestamp());
        var times = new ConcurrentBag<double>();
        var accepted = new ConcurrentQueue<Accepted>();
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var sent = Stopwatch.GetTimestamp();
                accepted.Enqueue(await PostAsync());
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        var posted = Stopwatch.GetElapsedTime(began);

        // The first ones have ended long before; asking for each would be measured, too.
        foreach (var run in accepted.TakeLast(4 * Connections))
        {
            await server.WaitForEndAsync(run.StatusQueryGetUri);
        }

        var ended = Stopwatch.GetElapsedTime(began);
        var processor = ProcessorMs - before;
        await Parallel.ForEachAsync(accepted, async (run, _) => await CheckAsync(run));
        return new PostsMeasurement(
            count / posted.TotalSeconds, count / ended.TotalSeconds, processor / count, new Sample(times));
    }

    /// <summary>Reads pages one after another.</summary>
    /// <param name="token">The continuation token of the page; null for the first page.</param>
    /// <returns>Milliseconds of each.</returns>
    public async Task<Sample> PagesAsync(string? token, int times)
    {
        var measured = new List<double>();
        for (var turn = 0; turn < times; turn++)
        {
            var sent = Stopwatch.GetTimestamp();
            var bytes = await server.Client.GetByteArrayAsync(Address(token));
            measured.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            var runs = JsonSerializer.Deserialize<RunsPage>(bytes, JsonSerializerOptions.Web)!.Runs;
            WrongAnswerException.ThrowUnless(runs.Count == Page, $"A page has {runs.Count} runs.");
        }

        return new Sample(measured);
    }

    /// <summary>Reads first pages one after another while all connections start runs.</summary>
    public async Task<Sample> PagesWhilePostingAsync(int times)
    {
        using var enough = new CancellationTokenSource();
        var posting = Enumerable.Range(0, Connections).Select(async _ =>
        {
            Accepted? last = null;
            while (!enough.IsCancellationRequested)
            {
                last = await PostAsync();
            }

            await server.WaitForEndAsync(last!.StatusQueryGetUri);
            await CheckAsync(last);
        }).ToList();
        var measured = await PagesAsync(null, times);
        await enough.CancelAsync();
        await Task.WhenAll(posting);
        return measured;
    }

    /// <summary>The continuation token of the last page, at the end of all others, whose runs are counted.</summary>
    public async Task<string> LastPageAsync(int runs)
    {
        string? token = null;
        for (var seen = Page; ; seen += Page)
        {
            var page = (await server.Client.GetFromJsonAsync<RunsPage>(Address(token)))!;
            if (page.ContinuationToken is null)
            {
                WrongAnswerException.ThrowUnless(seen == runs, $"The list has {seen} runs, not {runs}.");
                return token!;
            }

            token = page.ContinuationToken;
        }
    }

    private static string Address(string? token) => $"/api/runs?top={Page}{(token is null ? "" : $"&continuationToken={token}")}";

    private static byte[] Encode(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body);

    private async Task<Accepted> PostAsync()
    {
        using var content = new ByteArrayContent(Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await server.Client.PostAsync("/api/runs", content);
        WrongAnswerException.ThrowUnless(response.StatusCode == HttpStatusCode.Accepted, $"A start was answered with {response.StatusCode}.");
        return (await response.Content.ReadFromJsonAsync<Accepted>())!;
    }

    private async Task CheckAsync(Accepted run)
    {
        var document = await server.GetRunAsync(run.RunId);
        WrongAnswerException.ThrowUnless(
            document.GetProperty("status").GetString() == "completed", $"Run '{run.RunId}' is {document.GetProperty("status")}.");
        for (var step = 0; step < Workload.Steps; step++)
        {
            var output = document.GetProperty("outputs").GetProperty(LayersCase.Id(step)).GetString();
            WrongAnswerException.ThrowUnless(output == LayersCase.Answer(step), $"Step {step} of run '{run.RunId}' has the output '{output}'.");
        }
    }

    private sealed record Accepted(string RunId, string StatusQueryGetUri);

    private sealed record RunsPage(IReadOnlyList<JsonElement> Runs, string? ContinuationToken);
}

/// <summary>What the starts of one turn took.</summary>
/// <param name="Rate">Answered requests a second.</param>
/// <param name="EndRate">Runs a second, until the last one had ended.</param>
/// <param name="ProcessorMs">The server's processor time for each run.</param>
/// <param name="Times">Milliseconds from each request to its answer.</param>
internal sealed record PostsMeasurement(double Rate, double EndRate, double ProcessorMs, Sample Times);
