using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>
/// Rounds of a real <c>serve</c> under load that is killed (SIGKILL) at a moment that the seed draws, and started again: every run that was asked for
/// completes with the right outputs, and no attempt that has its record begins again.
/// </summary>
/// <param name="runs">Runs of one round.</param>
internal sealed class KillCampaign(int seed, int runs)
{
    private const int Steps = 6;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(seed);

    /// <exception cref="KillException">Something was lost, wrong or done twice.</exception>
    public async Task<KillRound> RunAsync()
    {
        using var folder = new TempFolder();
        var state = folder.Combine("state");
        var ids = Enumerable.Range(0, runs).Select(run => $"run-{run:000}").ToList();
        var moments = new List<int>();
        var kills = new List<Dictionary<string, RunFolderState>>();
        var accepted = new HashSet<string>();
        for (var kill = 0; kill <= _random.Next(2); kill++)
        {
            moments.Add(_random.Next(100, 2_500));
            using var server = await ServeProcess.StartAsync(state, "--allow-mocks");
            var asking = AskAsync(server, ids, accepted);
            await Task.Delay(moments[^1]);
            await server.Process.KillAsync();
            await asking;
            kills.Add(ids.ToDictionary(id => id, id => RunFolderState.Of(new RunFolder(state, id))));
        }

        using var last = await ServeProcess.StartAsync(state, "--allow-mocks");
        await AskAsync(last, ids, accepted);
        Require(accepted.Count == ids.Count, $"{ids.Count - accepted.Count} runs were never accepted.");
        foreach (var id in ids)
        {
            await JudgeAsync(last, id);
            foreach (var then in kills)
            {
                then[id].Require(RunFolderState.Of(new RunFolder(state, id)), id);
            }
        }

        await JudgeListAsync(last, ids);
        JudgeRecords(state);
        return new KillRound(runs, moments, kills[^1].Values.Sum(run => run.Records.Count), kills[0].Values.Count(run => !run.HasEnded));
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new KillException(otherwise);
        }
    }

    /// <summary>Asks for each run that was not accepted yet, as a client does that repeats a request under its key.</summary>
    private static Task AskAsync(ServeProcess server, IReadOnlyList<string> ids, HashSet<string> accepted) => Parallel.ForEachAsync(
        ids.Where(id => !accepted.Contains(id)).ToList(),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (id, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new StringContent(Body(id), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "key-" + id);
            try
            {
                using var response = await server.Client.SendAsync(request, cancellationToken);
                Require(response.IsSuccessStatusCode, $"The start of {id} was answered {response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
                lock (accepted)
                {
                    accepted.Add(id);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // The server was killed; the request comes again at the next start.
            }
        });

    private static async Task JudgeAsync(ServeProcess server, string id)
    {
        using var patience = new CancellationTokenSource(OrchestratorProcess.Patience * 4);
        var run = await server.GetRunAsync(id);
        while (run.GetProperty("status").GetString() is "pending" or "running")
        {
            Require(!patience.IsCancellationRequested, $"{id} does not end: {run}");
            await Task.Delay(PollInterval);
            run = await server.GetRunAsync(id);
        }

        Require(run.GetProperty("status").GetString() == "completed", $"{id} did not complete: {run}");
        for (var step = 0; step < Steps; step++)
        {
            Require(run.GetProperty("outputs").GetProperty($"s{step}").GetString() == $"{id} s{step}", $"{id} has wrong outputs: {run.GetProperty("outputs")}");
        }
    }

    private static async Task JudgeListAsync(ServeProcess server, IReadOnlyCollection<string> ids)
    {
        using var list = JsonDocument.Parse(await server.Client.GetStringAsync("/api/runs?status=completed&top=500"));
        var listed = list.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString()).ToHashSet();
        Require(listed.SetEquals(ids), $"The list of completed runs has {listed.Count} of {ids.Count}: {string.Join(", ", ids.Except(listed!))}");
    }

    private static void JudgeRecords(string state)
    {
        foreach (var file in Directory.EnumerateFiles(state, "*.json", SearchOption.AllDirectories))
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            }
            catch (JsonException exception)
            {
                throw new KillException($"'{file}' cannot be read: {exception.Message}");
            }
        }
    }

    /// <summary>Two at first, then one behind each, then one behind both, and one that fails once.</summary>
    private static string Body(string id)
    {
        var latency = 20 + (int.Parse(id[4..], System.Globalization.CultureInfo.InvariantCulture) * 37 % 300);
        var answers = Enumerable.Range(0, Steps).Select(step => step == 3
            ? $$"""{{Name(step)}}: [ { "error": { "kind": "rateLimited", "retryAfterMs": 100 } }, { "output": "{{id}} s3" } ]"""
            : $$"""{{Name(step)}}: [ { "output": "{{id}} s{{step}}", "latencyMs": {{latency}} } ]""");
        return $$"""
            { "runId": "{{id}}", "options": { "mocks": { "steps": { {{string.Join(", ", answers)}} } } },
              "definition": { "slug": "killed", "options": { "parallelBatchDelay": 0 }, "steps": [
                { "id": "s0", "prompt": "0" }, { "id": "s1", "prompt": "1" }, { "id": "s2", "prompt": "2", "dependsOn": ["s0"] },
                { "id": "s3", "prompt": "3", "dependsOn": ["s1"] }, { "id": "s4", "prompt": "4", "dependsOn": ["s2", "s3"] }, { "id": "s5", "prompt": "5", "dependsOn": ["s4"] } ] } }
            """;
    }

    private static string Name(int step) => $"\"s{step}\"";
}
