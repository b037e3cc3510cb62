using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

public sealed class ServeStopTests : IDisposable
{
    private const string Definition = """
        { "slug": "long", "steps": [ { "id": "slow", "prompt": "Slow." }, { "id": "after", "prompt": "After: {{slow}}", "dependsOn": ["slow"] } ] }
        """;

    private const string Mocks = """{ "steps": { "slow": [ { "output": "done", "latencyMs": 1500 } ], "*": [ { "output": "ok" } ] } }""";

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    [InlineData((int)Signal.Hangup)]
    [Trait("Trust", "9")]
    public async Task Serve_that_is_asked_to_stop_waits_for_the_step_in_flight_records_it_and_starts_nothing(int signal)
    {
        var run = new StoredRun(new FileContentStore(State, TimeProvider.System), "mine");
        using (var server = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Mocks}} } }""");
            await run.WaitForAsync("step.started", 1);
            server.Process.Send((Signal)signal);
            Assert.Equal(0, (await server.Process.WaitForExitAsync(TimeSpan.FromSeconds(20))).ExitCode);
        }

        var finished = await run.CheckpointsAsync();
        Assert.Equal(["slow/1-1.json"], finished.Keys);

        using var next = await ServeProcess.StartAsync(State, "--allow-mocks");
        await run.WaitForAsync("run.completed", 1);
        Assert.Equal("completed", (await next.GetRunAsync("mine")).GetProperty("status").GetString());
        Assert.Equal(finished["slow/1-1.json"], (await run.CheckpointsAsync())["slow/1-1.json"]);
    }

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    [Trait("Trust", "9")]
    public async Task Steps_that_wait_for_their_pace_when_serve_stops_are_executed_at_the_next_start(int signal)
    {
        var run = new StoredRun(new FileContentStore(State, TimeProvider.System), "mine");
        var steps = string.Join(", ", Enumerable.Range(1, 12).Select(i => $$"""{ "id": "s{{i}}", "prompt": "{{i}}" }"""));
        using (var server = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            await server.StartRunAsync(
                $$"""{ "definition": { "options": { "parallelBatchDelay": 400 }, "steps": [ {{steps}} ] }, "runId": "mine",""" +
                $$""" "options": { "mocks": { "steps": { "*": [ { "output": "ok" } ] } } } }""");
            await run.WaitForAsync("step.completed", 1);
            server.Process.Send((Signal)signal);
            Assert.Equal(0, (await server.Process.WaitForExitAsync(TimeSpan.FromSeconds(20))).ExitCode);
        }

        Assert.InRange((await run.CheckpointsAsync()).Count, 1, 11);
        var history = Assert.Single(Directory.EnumerateFiles(Path.Combine(State, "journal"), "mine~*.jsonl", SearchOption.AllDirectories));
        Assert.DoesNotContain("TaskFailed", await File.ReadAllTextAsync(history), StringComparison.Ordinal);
        using var next = await ServeProcess.StartAsync(State, "--allow-mocks");
        await run.WaitForAsync("run.completed", 1);
        Assert.Equal(12, await run.CountAsync("step.completed"));
        Assert.Equal(0, await run.CountAsync("step.failed"));
    }
}
