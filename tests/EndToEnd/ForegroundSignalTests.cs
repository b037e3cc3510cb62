using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A foreground command cancels its run at every signal to end, from the first record on.</summary>
[Trait("Trust", "12")]
public sealed class ForegroundSignalTests : IDisposable
{
    private const string Definition = """
        { "slug": "long", "steps": [ { "id": "slow", "prompt": "Slow." }, { "id": "after", "prompt": "After: {{slow}}", "dependsOn": ["slow"] } ] }
        """;

    private const string Mocks = """{ "steps": { "slow": [ { "output": "done", "latencyMs": 600000 } ], "*": [ { "output": "ok" } ] } }""";

    private static readonly TimeSpan FewSeconds = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private StoredRun Run => new(new FileContentStore(State, TimeProvider.System), "mine");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Hangup)]
    [InlineData((int)Signal.Interrupt)]
    public async Task Run_whose_step_executes_is_cancelled_and_recorded(int signal)
    {
        using var command = StartRun();
        await Run.WaitForAsync("step.started", 1);

        command.Send((Signal)signal);

        await AssertCancelledAsync(command);
    }

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Hangup)]
    [InlineData((int)Signal.Interrupt)]
    public async Task Run_that_was_recorded_at_this_moment_is_cancelled_and_recorded(int signal)
    {
        using var command = StartRun();
        await ExistsAsync(Path.Combine(State, "runs", "mine", "run.json"));

        command.Send((Signal)signal);

        // The process is still starting: its few seconds count from the moment at which it takes the signal.
        await command.Output.WaitForAsync("Cancelling.");
        await AssertCancelledAsync(command);
    }

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Hangup)]
    public async Task Resumed_run_is_cancelled_and_recorded(int signal)
    {
        using (var command = StartRun())
        {
            await Run.WaitForAsync("step.started", 1);
            await command.KillAsync();
        }

        using var resumed = OrchestratorProcess.Start(_folder.Path, "resume", "mine", "--state", State);
        await Run.WaitForAsync("step.started", 2);
        resumed.Send((Signal)signal);

        await AssertCancelledAsync(resumed);
    }

    /// <summary>A test run under <c>nohup</c> ignores SIGHUP: the commands that it starts must not.</summary>
    [Fact]
    public async Task Signal_that_the_test_run_ignores_cancels_the_run()
    {
        using var command = SignalDisposition.StartIgnoringHangup(() => StartRun());
        await Run.WaitForAsync("step.started", 1);

        command.Send(Signal.Hangup);

        await AssertCancelledAsync(command);
    }

    [Fact]
    public async Task Suspended_run_whose_terminal_closes_is_cancelled()
    {
        using var command = StartRun();
        await Run.WaitForAsync("step.started", 1);
        var suspended = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "suspend", "mine", "--state", State);
        Assert.True(suspended.ExitCode == 0, suspended.Error);

        command.Send(Signal.Hangup);

        await AssertCancelledAsync(command);
    }

    /// <summary>As <c>timeout</c> does, which sends it to the process and to its group.</summary>
    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    public async Task Signal_that_comes_twice_at_once_cancels_as_one_does(int signal)
    {
        using var command = StartRun();
        await Run.WaitForAsync("step.started", 1);

        command.Send((Signal)signal);
        command.Send((Signal)signal);

        await AssertCancelledAsync(command);
    }

    /// <summary>A final step that takes long keeps a cancelled run from ending.</summary>
    [Theory]
    [InlineData((int)Signal.Terminate, false)]
    [InlineData((int)Signal.Hangup, true)]
    [InlineData((int)Signal.Interrupt, false)]
    [InlineData((int)Signal.Interrupt, true)]
    public async Task Second_signal_ends_the_process_at_once_and_leaves_the_run_interrupted(int signal, bool isResumed)
    {
        File.WriteAllText(
            _folder.Combine("workflow.json"),
            """{ "steps": [ { "id": "slow", "prompt": "Slow." }, { "id": "tidy", "prompt": "Tidy." } ], "finally": ["tidy"] }""");
        File.WriteAllText(_folder.Combine("mocks.json"), """{ "steps": { "*": [ { "output": "done", "latencyMs": 600000 } ] } }""");
        var command = OrchestratorProcess.Start(_folder.Path, "run", "workflow.json", "--mocks", "mocks.json", "--run-id", "mine", "--state", State);
        try
        {
            await Run.WaitForAsync("step.started", 1);
            if (isResumed)
            {
                await command.KillAsync();
                command.Dispose();
                command = OrchestratorProcess.Start(_folder.Path, "resume", "mine", "--state", State);
                await Run.WaitForAsync("step.started", 2);
            }

            command.Send(Signal.Interrupt);
            await command.Output.WaitForAsync(
                $"Cancelling. Press Ctrl+C again to leave now: 'orchestrator resume mine --state {State}' then goes on with it.");
            await Run.WaitForAsync("step.cancelled", 1);
            await command.SendAgainAsync((Signal)signal);

            var result = await command.WaitForExitAsync(FewSeconds);
            Assert.True(result.ExitCode == 128 + signal, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
            Assert.Empty(result.Error);
        }
        finally
        {
            command.Dispose();
        }

        var shown = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "show", "mine", "--state", State);
        Assert.Contains(": interrupted", shown.Output, StringComparison.Ordinal);
        Assert.Contains("orchestrator resume mine", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_run_that_was_simulated_can_be_cancelled()
    {
        await File.WriteAllTextAsync(_folder.Combine("workflow.json"), Definition);
        using (var command = OrchestratorProcess.Start(_folder.Path, "run", "workflow.json", "--run-id", "mine", "--state", State))
        {
            await Run.WaitForAsync("step.started", 1);
            await command.KillAsync();
        }

        var cancelled = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "cancel", "mine", "--state", State);

        Assert.True(cancelled.ExitCode == 0, cancelled.Error);
        var listed = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "list", "--state", State);
        Assert.Contains("cancelled", listed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Id_is_printed_before_anything_is_spent(bool json)
    {
        using var command = StartRun(json ? ["--json"] : []);
        var told = await (json ? command.Error : command.Output).WaitForAsync("Run mine");

        Assert.StartsWith("Run mine: 2 steps", told, StringComparison.Ordinal);
        await Run.WaitForAsync("step.started", 1);
        Assert.DoesNotContain("slow started", (json ? command.Error : command.Output).Text.Split(told)[0], StringComparison.Ordinal);
        command.Send(Signal.Terminate);
        await AssertCancelledAsync(command);
    }

    private async Task AssertCancelledAsync(OrchestratorProcess command)
    {
        var result = await command.WaitForExitAsync(FewSeconds);
        Assert.True(result.ExitCode == 3, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
        var shown = (await OrchestratorProcess.RunAsync(_folder.Path, "runs", "show", "mine", "--state", State, "--json")).Json();
        Assert.Equal("cancelled", shown.GetProperty("status").GetString());
        using var server = await ServeProcess.StartAsync(State);
        Assert.Equal("cancelled", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
        Assert.Equal(0, await Run.CountAsync("run.completed"));
    }

    private OrchestratorProcess StartRun(params string[] more)
    {
        File.WriteAllText(_folder.Combine("workflow.json"), Definition);
        File.WriteAllText(_folder.Combine("mocks.json"), Mocks);
        return OrchestratorProcess.Start(
            _folder.Path, ["run", "workflow.json", "--mocks", "mocks.json", "--run-id", "mine", "--state", State, .. more]);
    }

    private static async Task ExistsAsync(string file)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (!File.Exists(file))
        {
            await Task.Delay(1, timeout.Token);
        }
    }
}
