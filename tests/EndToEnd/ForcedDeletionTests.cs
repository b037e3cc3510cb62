using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>A run that a live process executes is terminated before it is deleted from another terminal.</summary>
[Trait("Trust", "15")]
public sealed class ForcedDeletionTests
{
    [Fact]
    public async Task Run_in_another_terminal_is_terminated_and_deleted()
    {
        using var folder = new TempFolder();
        var state = folder.Combine("state");
        await File.WriteAllTextAsync(
            folder.Combine("w.json"), """{ "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2", "dependsOn": ["a"] } ] }""");
        await File.WriteAllTextAsync(folder.Combine("m.json"), """{ "steps": { "*": [ { "output": "late", "latencyMs": 600000 } ] } }""");
        using var running = OrchestratorProcess.Start(folder.Path, "run", "w.json", "--mocks", "m.json", "--state", state, "--run-id", "mine");
        await new StoredRun(new FileContentStore(state, TimeProvider.System), "mine").WaitForAsync("step.started", 1);

        var deleted = await OrchestratorProcess.RunAsync(folder.Path, "runs", "delete", "mine", "--force", "--state", state);

        Assert.True(deleted.ExitCode == 0, deleted.Error);
        Assert.NotEqual(0, (await running.WaitForExitAsync()).ExitCode);
        Assert.Equal(2, (await OrchestratorProcess.RunAsync(folder.Path, "runs", "show", "mine", "--state", state)).ExitCode);
        Assert.Equal(0, (await OrchestratorProcess.RunAsync(folder.Path, "runs", "prune", "--older-than", "0m", "--state", state)).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(state, "runs", "mine")), "something of the run is left");
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(state, "journal", "instances")),
            file => Path.GetFileName(file).StartsWith("mine", StringComparison.Ordinal));
    }
}
