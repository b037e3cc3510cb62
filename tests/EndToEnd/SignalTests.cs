using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

public sealed class SignalTests : IDisposable
{
    /// <summary>The first step is over at once, the second takes longer than any test waits unless it is told to end.</summary>
    private const string Definition = """
        { "slug": "long", "steps": [ { "id": "quick", "prompt": "Quick." }, { "id": "slow", "prompt": "Slow: {{quick}}", "dependsOn": ["quick"] },
                                     { "id": "after", "prompt": "After: {{slow}}", "dependsOn": ["slow"] } ] }
        """;

    private const string Slow = """{ "steps": { "slow": [ { "output": "done", "latencyMs": 120000 } ], "*": [ { "output": "ok" } ] } }""";

    private static readonly TimeSpan FewSeconds = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    [InlineData((int)Signal.Hangup)]
    public async Task Serve_that_is_asked_to_stop_twice_aborts_what_is_in_flight_and_the_run_goes_on_at_the_next_start(int signal)
    {
        var run = new StoredRun(new FileContentStore(State, TimeProvider.System), "mine");
        using (var server = await ServeProcess.StartAsync(State, "--allow-mocks"))
        {
            await server.StartRunAsync($$"""{ "definition": {{Definition}}, "runId": "mine", "options": { "mocks": {{Slow}} } }""");
            await run.WaitForAsync("step.started", 2);
            server.Process.Send((Signal)signal);
            await server.Process.Output.WaitForAsync("Press Ctrl+C again to abort");
            await server.Process.SendAgainAsync((Signal)signal);
            var result = await server.Process.WaitForExitAsync(FewSeconds);

            Assert.Equal(0, result.ExitCode);
            Assert.Empty(result.Error);
            Assert.Contains("no step starts any more, and 1 in flight may end within 30 s", result.Output, StringComparison.Ordinal);
        }

        var finished = await run.CheckpointsAsync();
        Assert.Equal(["quick/1-1.json"], finished.Keys);

        using var next = await ServeProcess.StartAsync(State, "--allow-mocks");
        await run.WaitForAsync("step.started", 3);

        Assert.Equal("running", (await next.GetRunAsync("mine")).GetProperty("status").GetString());
        Assert.Equal(finished["quick/1-1.json"], (await run.CheckpointsAsync())["quick/1-1.json"]);
    }

    [Fact]
    public async Task Serve_without_runs_stops_at_once_when_asked_as_soon_as_it_listens()
    {
        using var server = await ServeProcess.StartAsync(State);
        server.Process.Send(Signal.Terminate);

        Assert.Equal(0, (await server.Process.WaitForExitAsync(FewSeconds)).ExitCode);
    }

    [Fact]
    public async Task Interrupted_run_is_cancelled_its_working_step_too_and_exits_with_3()
    {
        using var command = StartRun("--json");
        await command.Error.WaitForAsync("slow started");
        command.Send(Signal.Interrupt);

        var result = await command.WaitForExitAsync(FewSeconds);

        Assert.True(result.ExitCode == 3, $"exit code {result.ExitCode}: {result.Error}");
        var run = result.Json();
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Equal(("completed", null), StateOf("quick"));
        Assert.Equal(("cancelled", "cancel"), StateOf("slow"));
        Assert.Equal("cancelled", StateOf("after").Item1);
        var shown = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "show", "mine", "--state", State, "--json");
        Assert.Equal(result.Output, shown.Output);

        (string?, string?) StateOf(string step) =>
            (run.GetProperty("steps").GetProperty(step).GetProperty("status").GetString(),
                run.GetProperty("steps").GetProperty(step).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Cancelled_run_stays_cancelled_when_the_folder_is_served()
    {
        using (var command = StartRun())
        {
            await command.Output.WaitForAsync("slow started");
            command.Send(Signal.Interrupt);
            Assert.Equal(3, (await command.WaitForExitAsync(FewSeconds)).ExitCode);
        }

        using var server = await ServeProcess.StartAsync(State);

        var status = await server.WaitForEndAsync("/runtime/webhooks/durabletask/instances/mine");
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal("cancelled", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
    }

    private OrchestratorProcess StartRun(params string[] more)
    {
        File.WriteAllText(_folder.Combine("workflow.json"), Definition);
        File.WriteAllText(_folder.Combine("mocks.json"), Slow);
        return OrchestratorProcess.Start(
            _folder.Path, ["run", "workflow.json", "--mocks", "mocks.json", "--run-id", "mine", "--state", State, .. more]);
    }
}
