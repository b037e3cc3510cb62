using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Orchestrator.Conformance.Apps;
using Orchestrator.Conformance.Engines;
using Orchestrator.ModelServer;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance;

/// <summary>Two processes work on one hub of AzureStorage and one folder of records; one of them is killed.</summary>
[NeedsAzurite]
public sealed class KilledProcessTests
{
    private const string Definition = """
        {
          "options": { "parallelBatchDelay": 0 },
          "steps": [
            { "id": "first", "prompt": "First." },
            { "id": "a", "prompt": "A.", "dependsOn": ["first"] },
            { "id": "b", "prompt": "B.", "dependsOn": ["first"] },
            { "id": "c", "prompt": "C.", "dependsOn": ["first"] },
            { "id": "d", "prompt": "D.", "dependsOn": ["first"] },
            { "id": "last", "prompt": "Last.", "dependsOn": ["a", "b", "c", "d"] }
          ]
        }
        """;

    /// <summary>How many steps each process takes at a time: half of those side by side, so that each has some in hand at the kill.</summary>
    private const int Share = 2;

    /// <summary>What the dead process had claimed is taken over after 30 seconds, which is nearly all of the time that this takes.</summary>
    [SuiteFact]
    public async Task Run_completes_in_the_other_process_and_nothing_recorded_is_repeated()
    {
        var asked = new ConcurrentQueue<(string Prompt, string Worker)>();
        var (isHeld, allExecute) = (true, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var left = await ServeAsync("left");
        await using var right = await ServeAsync("right");
        using var state = new TempFolder();
        var (hub, account) = (AzureStorageHub.NewName(), (await AzuriteServer.SharedAsync()).ConnectionString);
        await using var doomed = await AzureStorageProcess.StartAsync(hub, "left", Share, Settings(left));
        await using var survivor = await AzureStorageProcess.StartAsync(hub, "right", Share, Settings(right));
        await survivor.PostAsync("/api/runs", $$"""{ "runId": "killed", "definition": {{Definition}} }""", HttpStatusCode.Accepted);
        await allExecute.Task.WaitAsync(IEngine.Patience);
        var recorded = (await survivor.GetAsync("/api/runs/killed/steps/first")).GetRawText();
        var before = asked.ToArray();

        isHeld = false;
        await doomed.KillAsync();

        var run = await survivor.WaitForAsync("killed", run => run.GetProperty("completedAt").ValueKind != JsonValueKind.Null);
        Assert.True(run.Is("completed"), run.ToString());
        Assert.Equal(1, run.GetProperty("attempt").GetInt32());
        Assert.Equal(recorded, (await survivor.GetAsync("/api/runs/killed/steps/first")).GetRawText());

        // Only what the dead process was asking for is asked for again.
        var lost = before.Where(one => one.Worker == "left" && one.Prompt != "First.").Select(one => one.Prompt).ToList();
        Assert.Equal(Share, lost.Count);
        Assert.Equal(
            new[] { "First.", "A.", "B.", "C.", "D.", "Last." }.Concat(lost).Order(StringComparer.Ordinal),
            asked.Select(one => one.Prompt).Order(StringComparer.Ordinal));

        Task<OpenAiServer> ServeAsync(string worker)
        {
            var answers = new SimulatedAnswer(TimeProvider.System);
            return OpenAiServer.StartAsync(async exchange =>
            {
                var prompt = exchange.Body["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>().Split('\n')[0];
                asked.Enqueue((prompt, worker));
                if (isHeld && prompt != "First.")
                {
                    if (asked.Count == 5)
                    {
                        allExecute.TrySetResult();
                    }

                    // The dead process never gets its answer; the other one gets it after the kill.
                    while (isHeld || worker == "left")
                    {
                        await Task.Delay(20, exchange.Http.RequestAborted);
                    }
                }

                exchange.Body["model"] = PublishedApp.Model;
                await answers.AnswerAsync(exchange);
            });
        }

        Dictionary<string, string> Settings(OpenAiServer models) => new()
        {
            ["AzureWebJobsStorage"] = account,
            ["OPENAI_BASE_URL"] = models.BaseUrl.ToString(),
            ["OPENAI_API_KEY"] = "any",
            ["Orchestrator__Storage"] = "files",
            ["Orchestrator__State"] = state.Path,
        };
    }
}
