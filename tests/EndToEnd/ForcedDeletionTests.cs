using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Functions.Application;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

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

    /// <summary>A deletion with force first cancels the run and records its end, so that the command may end before the record is gone.</summary>
    [Fact]
    public async Task Command_that_reads_the_end_before_the_run_is_gone_says_that_it_was_deleted()
    {
        using var folder = new TempFolder();
        var state = folder.Combine("state");
        await File.WriteAllTextAsync(folder.Combine("w.json"), """{ "steps": [ { "id": "a", "prompt": "1" } ] }""");
        await File.WriteAllTextAsync(folder.Combine("m.json"), """{ "steps": { "*": [ { "output": "late", "latencyMs": 600000 } ] } }""");
        using var running = OrchestratorProcess.Start(folder.Path, "run", "w.json", "--mocks", "m.json", "--state", state, "--run-id", "mine");
        var store = new FileContentStore(state, TimeProvider.System);
        await new StoredRun(store, "mine").WaitForAsync("step.started", 1);

        using var runs = new RunStore(store, new RunLogStore(store));
        var error = new WorkflowError(ErrorKind.Cancelled, RunDeleter.ForcedEnd);
        var run = (await runs.FindAsync("mine", default))!.Identity;
        await runs.UpdateAsync(
            run,
            record => record with
            {
                Status = RunStatus.Cancelled,
                CompletedAt = record.StartedAt,
                Error = error,
                Attempts = [record.Attempts[0] with { Status = RunStatus.Cancelled, CompletedAt = record.StartedAt, Error = error }],
            },
            default);
        await new RunControl(store, TimeProvider.System).CancelAsync(run, 1, StepReason.Cancel, default);

        var ended = await running.WaitForExitAsync(OrchestratorProcess.Patience);
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("Run 'mine' was deleted by another process.", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("orchestrator resume", ended.Output, StringComparison.Ordinal);
    }
}
