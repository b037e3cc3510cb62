using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>
/// A foreground run whose end cannot be written ends all the same when it is asked to, says what was not written, and can be cancelled later.
/// </summary>
[Trait("Trust", "15")]
public sealed class UnwrittenEndTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    private string Control => Path.Combine(State, "runs", "mine", "control.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_that_cannot_be_cancelled_is_left_after_the_time_of_a_stop()
    {
        using var command = await StartAsync(stopTimeout: "00:00:02");
        Directory.CreateDirectory(Path.Combine(Control, "in-the-way"));

        command.Send(Signal.Terminate);
        var left = await command.WaitForExitAsync();

        Assert.True(left.ExitCode == 2, $"exit {left.ExitCode}\n{left.Output}\n{left.Error}");
        Assert.Contains("The run is not cancelled yet", left.Output, StringComparison.Ordinal);
        Assert.Contains("Run 'mine' was not cancelled: its end could not be written for 2 s.", left.Error, StringComparison.Ordinal);
        Assert.Contains("control.json", left.Error, StringComparison.Ordinal);
        Assert.Contains($"'orchestrator runs cancel mine --state {State}' ends it then", left.Error, StringComparison.Ordinal);
        Directory.Delete(Control, recursive: true);
        var cancelled = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "cancel", "mine", "--state", State);
        Assert.True(cancelled.ExitCode == 0, cancelled.Error);
    }

    [Fact]
    public async Task Run_is_cancelled_once_it_can_be_written_again()
    {
        using var command = await StartAsync(stopTimeout: "00:10:00");
        Directory.CreateDirectory(Path.Combine(Control, "in-the-way"));

        command.Send(Signal.Terminate);
        await command.Output.WaitForAsync("The run is not cancelled yet");
        Directory.Delete(Control, recursive: true);

        Assert.Equal(3, (await command.WaitForExitAsync()).ExitCode);
    }

    private async Task<OrchestratorProcess> StartAsync(string stopTimeout)
    {
        await File.WriteAllTextAsync(_folder.Combine("w.json"), """{ "steps": [ { "id": "a", "prompt": "1" } ] }""");
        await File.WriteAllTextAsync(_folder.Combine("m.json"), """{ "steps": { "*": [ { "output": "late", "latencyMs": 600000 } ] } }""");
        var variables = new Dictionary<string, string> { ["Orchestrator__StopTimeout"] = stopTimeout };
        var command = OrchestratorProcess.Start(_folder.Path, variables, "run", "w.json", "--mocks", "m.json", "--state", State, "--run-id", "mine");
        await new StoredRun(new FileContentStore(State, TimeProvider.System), "mine").WaitForAsync("step.started", 1);
        return command;
    }
}
