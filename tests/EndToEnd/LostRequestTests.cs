using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A request that was in flight when its process was killed may have been paid for: it is asked again, and both are counted.</summary>
[Trait("Trust", "2")]
public sealed class LostRequestTests : IDisposable
{
    private const string RunId = "mine";

    /// <summary>
    /// The server counts the tokens of a prompt as estimates do, so that the sum tells how many requests were counted. An answer takes two seconds.
    /// </summary>
    private const string Prompt = "Say something.";

    private const int PromptTokens = 4;

    private const string Definition =
        $$"""{ "slug": "lost", "options": { "defaultModel": "gpt-6-luna" }, "steps": [ { "id": "a", "prompt": "{{Prompt}}" } ] }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private StoredRun Run => new(new FileContentStore(State, TimeProvider.System), RunId);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Server_that_is_killed_during_a_request_counts_each_time_that_the_model_was_asked(int kills)
    {
        using var model = await ModelServerProcess.StartAsync(_folder.Path);
        for (var kill = 1; kill <= kills; kill++)
        {
            using var killed = await ServeProcess.StartAsync(State, model.Variables);
            if (kill == 1)
            {
                await killed.StartRunAsync(Body());
            }

            await KillInRequestAsync(killed.Process, model, kill);
        }

        using var server = await ServeProcess.StartAsync(State, model.Variables);
        if (kills == 0)
        {
            await server.StartRunAsync(Body());
        }

        await Run.WaitForAsync("run.completed", 1);
        await AssertCountedAsync(await server.GetRunAsync(RunId), model, kills + 1);
    }

    [Fact]
    public async Task Run_that_is_killed_during_a_request_and_resumed_counts_both_requests()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition);
        using var model = await ModelServerProcess.StartAsync(_folder.Path);
        using (var command = OrchestratorProcess.Start(_folder.Path, model.Variables, ["run", "workflow.json", "--run-id", RunId, "--state", State]))
        {
            await KillInRequestAsync(command, model, 1);
        }

        var resumed = await OrchestratorProcess.RunAsync(_folder.Path, model.Variables, ["resume", RunId, "--state", State, "--json"]);

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        await AssertCountedAsync(resumed.Json(), model, 2);
    }

    private static string Body() => $$"""{ "runId": "{{RunId}}", "definition": {{Definition}} }""";

    private static async Task AssertCountedAsync(JsonElement run, ModelServerProcess model, int requests)
    {
        Assert.Equal(requests, (await model.AskedAsync())[Prompt]);
        var (usage, step) = (run.GetProperty("usage"), run.GetProperty("steps").GetProperty("a").GetProperty("usage"));
        Assert.Equal(requests * PromptTokens, usage.GetProperty("inputTokens").GetInt32());
        Assert.Equal(requests > 1, step.GetProperty("estimated").GetBoolean());
        Assert.Equal(usage.GetProperty("estimatedCost").GetDecimal(), step.GetProperty("estimatedCost").GetDecimal());
        Assert.Equal(usage.GetProperty("inputTokens").GetInt32(), step.GetProperty("inputTokens").GetInt32());
        Assert.Equal(requests > 1 ? 1 : 0, run.GetProperty("warnings").EnumerateArray()
            .Count(warning => warning.GetString()!.Contains("counted as an estimate", StringComparison.Ordinal)));
    }

    /// <summary>Kills the process when the model was asked for this time, and the feed tells of it.</summary>
    private async Task KillInRequestAsync(OrchestratorProcess process, ModelServerProcess model, int time)
    {
        await Run.WaitForAsync("step.started", time);
        using var patience = new CancellationTokenSource(OrchestratorProcess.Patience);
        while ((await model.AskedAsync()).GetValueOrDefault(Prompt) < time)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }

        await process.KillAsync();
        Assert.Empty(await Run.CheckpointsAsync());
    }
}
