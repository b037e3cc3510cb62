using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.ModelServer;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>What a model server is asked, and what is paid for it, when a run fails and goes on.</summary>
public sealed class ModelRequestTests : IDisposable
{
    private const string RunId = "mine";

    /// <summary>The third step is refused; the fourth waits for it.</summary>
    private const string Definition = """
        { "slug": "four", "options": { "parallelBatchDelay": 0, "defaultModel": "gpt-6-luna" }, "steps": [
          { "id": "a", "prompt": "First.", "options": { "maxTokens": 5 } },
          { "id": "b", "prompt": "Second.\n{{a}}", "dependsOn": ["a"], "options": { "maxTokens": 5 } },
          { "id": "c", "prompt": "Third.\n{{b}}", "dependsOn": ["b"], "options": { "maxTokens": 5, "retry": { "maxAttempts": 2,
          "firstInterval": 10 } } },
          { "id": "d", "prompt": "Fourth.\n{{c}}", "dependsOn": ["c"], "options": { "maxTokens": 5 } } ] }
        """;

    private readonly TempFolder _folder = new();

    private StoredRun Run => new(new FileContentStore(_folder.Combine("state"), TimeProvider.System), RunId);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Resumed_run_asks_nothing_again_that_was_answered_and_counts_each_answer_once()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition);
        JsonElement failed;
        using (var server = await ModelServerProcess.StartAsync(_folder.Path, "--refuse", "Third."))
        {
            failed = await CommandAsync(server, 1, "run", "workflow.json", "--run-id", RunId);
            Assert.Equal(new Dictionary<string, int> { ["First."] = 1, ["Second."] = 1, ["Third."] = 2 }, await server.AskedAsync());
        }

        Assert.Equal("unavailable", failed.GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal(10, failed.GetProperty("usage").GetProperty("outputTokens").GetInt32());
        Assert.Equal(["completed", "completed", "failed", "skipped"], Statuses(failed));

        using var next = await ModelServerProcess.StartAsync(_folder.Path);
        var resumed = await CommandAsync(next, 0, "resume", RunId);

        Assert.Equal(new Dictionary<string, int> { ["First."] = 1, ["Second."] = 1, ["Third."] = 3, ["Fourth."] = 1 }, await next.AskedAsync());
        Assert.Equal(["reused", "reused", "completed", "completed"], Statuses(resumed));
        Assert.Equal(20, resumed.GetProperty("usage").GetProperty("outputTokens").GetInt32());
        var records = (await Run.CheckpointsAsync()).Values.Select(record => JsonElement.Parse(record.Content)).ToList();
        Assert.Equal(records.Sum(Cost), Cost(resumed));
        Assert.Equal(
            Cost(failed) + Cost(resumed.GetProperty("steps").GetProperty("c")) + Cost(resumed.GetProperty("steps").GetProperty("d")), Cost(resumed));
    }

    [Fact]
    public async Task Cancelled_run_aborts_its_request_on_the_wire()
    {
        var (asked, aborted) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var model = await OpenAiServer.StartAsync(async exchange =>
        {
            asked.TrySetResult();
            using var registration = exchange.Http.RequestAborted.Register(() => aborted.TrySetResult());
            await aborted.Task;
        });
        var variables = new Dictionary<string, string> { ["OPENAI_BASE_URL"] = model.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "any" };
        using var server = await ServeProcess.StartAsync(_folder.Combine("state"), variables);
        await server.StartRunAsync($$"""{ "runId": "{{RunId}}", "definition": {{Definition}} }""");
        await asked.Task.WaitAsync(OrchestratorProcess.Patience);

        using var answer = await server.Client.PostAsync($"/api/runs/{RunId}/cancel", null);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await aborted.Task.WaitAsync(OrchestratorProcess.Patience);
        await Run.WaitForAsync("run.cancelled", 1);
        var run = await server.GetRunAsync(RunId);
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Equal(["cancelled", "cancelled", "cancelled", "cancelled"], Statuses(run));
    }

    private static IEnumerable<string?> Statuses(JsonElement run) =>
        run.GetProperty("steps").EnumerateObject().Select(step => step.Value.GetProperty("status").GetString());

    private static decimal Cost(JsonElement of) => of.GetProperty("usage").GetProperty("estimatedCost").GetDecimal();

    private async Task<JsonElement> CommandAsync(ModelServerProcess server, int exit, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, server.Variables, [.. args, "--state", "state", "--json"]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result.Json();
    }
}
