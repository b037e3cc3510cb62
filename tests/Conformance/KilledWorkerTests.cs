using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Orchestrator.Conformance.Apps;
using Orchestrator.ModelServer;

namespace Orchestrator.Conformance;

/// <summary>A worker process that is killed while it executes steps.</summary>
public sealed class KilledWorkerTests
{
    private const string Definition = """
        {
          "steps": [
            { "id": "first", "prompt": "First." },
            { "id": "left", "prompt": "Left.", "dependsOn": ["first"] },
            { "id": "right", "prompt": "Right.", "dependsOn": ["first"] },
            { "id": "last", "prompt": "Last.", "dependsOn": ["left", "right"] }
          ]
        }
        """;

    /// <summary>
    /// With the product's own settings: the calls are made again after 5 seconds, and the dead worker's claims are taken over 30 seconds later, which
    /// is nearly all of the time that this takes.
    /// </summary>
    [Fact]
    public async Task Run_whose_worker_is_killed_in_the_middle_of_steps_completes_and_repeats_nothing_recorded()
    {
        var asked = new ConcurrentQueue<string>();
        var (isHeld, bothExecute) = (true, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var answers = new SimulatedAnswer(TimeProvider.System);
        await using var models = await OpenAiServer.StartAsync(async exchange =>
        {
            var prompt = exchange.Body["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>().Split('\n')[0];
            asked.Enqueue(prompt);
            if (isHeld && prompt is "Left." or "Right.")
            {
                if (asked.Count == 3)
                {
                    bothExecute.TrySetResult();
                }

                // Until the process that asks is gone.
                await Task.Delay(Timeout.Infinite, exchange.Http.RequestAborted);
            }

            exchange.Body["model"] = PublishedApp.Model;
            await answers.AnswerAsync(exchange);
        });
        var app = new PublishedApp(new Dictionary<string, string> { ["OPENAI_BASE_URL"] = models.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "any" });
        await app.InitializeAsync();
        try
        {
            await app.PostAsync("/api/runs", $$"""{ "runId": "killed", "definition": {{Definition}} }""", HttpStatusCode.Accepted);
            if (await Task.WhenAny(bothExecute.Task, Task.Delay(TimeSpan.FromSeconds(60))) != bothExecute.Task)
            {
                Assert.Fail($"The model was asked {string.Join(' ', asked)}; the run is {await app.GetAsync("/api/runs/killed")}.");
            }

            var recorded = (await app.GetAsync("/api/runs/killed/steps/first")).GetRawText();

            isHeld = false;
            await app.Host.KillWorkerAsync();

            var run = await app.WaitForAsync("killed", run => run.GetProperty("completedAt").ValueKind != JsonValueKind.Null);
            Assert.True(run.Is("completed"), run.ToString());
            Assert.Equal(["First.", "Last.", "Left.", "Left.", "Right.", "Right."], asked.Order());
            Assert.Equal(recorded, (await app.GetAsync("/api/runs/killed/steps/first")).GetRawText());
            Assert.Equal(1, run.GetProperty("attempt").GetInt32());
            Assert.Equal(
                ["Step 'left': the input of 1 request", "Step 'right': the input of 1 request"],
                run.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!.Split(" of this attempt")[0])
                    .Order(StringComparer.Ordinal));
        }
        finally
        {
            await app.DisposeAsync();
        }
    }
}
