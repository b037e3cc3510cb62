using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A killed process loses no finished step: the next process continues the run and repeats none of them.</summary>
public sealed class KillTests : IDisposable
{
    private const int Steps = 12;
    private const string RunId = "killed";

    /// <summary>Attempts that fail: s02's first and the last step's first.</summary>
    private const int Retries = 2;

    private readonly TempFolder _folder = new();
    private readonly List<(IReadOnlyDictionary<string, Checkpoint> Finished, IReadOnlyDictionary<string, int> Starts)> _kills = [];

    private string State => _folder.Combine("state");

    private StoredRun Run => new(new FileContentStore(State, TimeProvider.System), RunId);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run.started", 1)]
    [InlineData("step.completed", 4)]
    [InlineData("step.retrying", 1)]
    [InlineData("step.completed", 11)]
    public async Task Serve_that_is_killed_goes_on_at_the_next_start_without_repeating_a_finished_step(string moment, int count)
    {
        using (var server = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            await server.StartRunAsync($$"""{ "definition": {{Definition()}}, "runId": "{{RunId}}", "options": { "mocks": {{Mocks()}} } }""");
            await Run.WaitForAsync(moment, count);
            await KillAsync(server.Process);
        }

        await AssertFinishesAsync();
    }

    [Fact]
    public async Task Run_command_that_is_killed_goes_on_with_resume()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition());
        await File.WriteAllTextAsync(_folder.Combine("mocks.json"), Mocks());
        using (var command = OrchestratorProcess.Start(
            _folder.Path, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", RunId, "--state", State))
        {
            await Run.WaitForAsync("step.completed", 3);
            await KillAsync(command);
        }

        var resumed = await OrchestratorProcess.RunAsync(_folder.Path, "resume", RunId, "--state", State);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        await AssertFinishesAsync();
    }

    /// <summary>Kills the recovering process as well: the steps that it finished must survive too.</summary>
    [Fact]
    public async Task Serve_that_is_killed_again_and_again_still_finishes_each_step_once()
    {
        var started = false;
        foreach (var count in new[] { 2, 5, 8 })
        {
            using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
            if (!started)
            {
                await server.StartRunAsync($$"""{ "definition": {{Definition()}}, "runId": "{{RunId}}", "options": { "mocks": {{Mocks()}} } }""");
                started = true;
            }

            await Run.WaitForAsync("step.completed", count);
            await KillAsync(server.Process);
        }

        await AssertFinishesAsync();
    }

    /// <summary>Kills the process in the middle of the run and keeps what was finished then, and how often each attempt had begun.</summary>
    private async Task KillAsync(OrchestratorProcess process)
    {
        await process.KillAsync();
        Assert.True(await Run.CountAsync("run.completed") == 0, "the run was over before the process was killed, so nothing was tried");
        var finished = await Run.CheckpointsAsync();
        var told = (await Run.EventsAsync()).Where(item => StoredRun.NameOf(item) == "step.completed").Select(StoredRun.AttemptOf);
        Assert.All(told, file => Assert.Contains(file, finished.Keys));
        _kills.Add((finished, await Run.StartsAsync()));
    }

    private async Task AssertFinishesAsync()
    {
        using var server = await ServeProcess.StartAsync(State, "--allow-mocks");
        await Run.WaitForAsync("run.completed", 1);
        var status = await server.WaitForEndAsync($"/runtime/webhooks/durabletask/instances/{RunId}");

        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        var run = await server.GetRunAsync(RunId);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(Steps, run.GetProperty("progress").GetProperty("done").GetInt32());
        Assert.All(run.GetProperty("steps").EnumerateObject(), step => Assert.Equal("completed", step.Value.GetProperty("status").GetString()));

        var (checkpoints, starts) = (await Run.CheckpointsAsync(), await Run.StartsAsync());
        Assert.Equal(Steps + Retries, checkpoints.Count);
        foreach (var (finished, startsThen) in _kills)
        {
            // An attempt that has a record must not begin again: that is when a model would be called, and paid.
            Assert.All(finished, known => Assert.Equal(known.Value, checkpoints[known.Key]));
            Assert.All(finished.Keys, file => Assert.Equal(startsThen[file], starts[file]));
        }

        await AssertOneEndPerAttemptAsync();
    }

    /// <summary>A repeat of the same record is allowed (the process repeated an append that had succeeded), another end is not.</summary>
    private async Task AssertOneEndPerAttemptAsync()
    {
        var ends = (await Run.EventsAsync()).Where(item => StoredRun.NameOf(item) is "step.completed" or "step.retrying" or "step.failed");
        Assert.All(ends.GroupBy(StoredRun.AttemptOf), attempt => Assert.Single(attempt.Select(item => item.GetRawText()).Distinct()));
    }

    /// <summary>Three lanes of four steps, each waiting for the one before it in its lane.</summary>
    private static string Definition()
    {
        var steps = Enumerable.Range(0, Steps).Select(step => step < 3
            ? $$"""{ "id": "s{{step:00}}", "prompt": "Begin {{step}}." }"""
            : $$$"""{ "id": "s{{{step:00}}}", "prompt": "Go on from {{s{{{step - 3:00}}}}}", "dependsOn": ["s{{{step - 3:00}}}"] }""");
        return $$"""{ "slug": "lanes", "options": { "parallelBatchDelay": 0, "maxParallelism": 3 }, "steps": [ {{string.Join(", ", steps)}} ] }""";
    }

    /// <summary>The last step waits before its second attempt, so that no test kills too late however busy the machine is.</summary>
    private static string Mocks() => """
        { "steps": { "s02": [ { "error": { "kind": "rateLimited", "retryAfterMs": 300 } }, { "output": "second try", "latencyMs": 50 } ],
                     "s11": [ { "error": { "kind": "unavailable", "retryAfterMs": 2000 } }, { "output": "second try" } ],
                     "*": [ { "output": "ok", "latencyMs": 150 } ] } }
        """;
}
