using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A run that can never end by itself can be ended and deleted.</summary>
[Trait("Trust", "15")]
public sealed class ForcedDeletionTests : IDisposable
{
    private readonly Workspace _workspace = new();

    private string History => Path.Combine(_workspace.State, "journal", "instances", "mine~0.jsonl");

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Pending)]
    [InlineData(RunStatus.Suspended)]
    public async Task Run_whose_history_is_damaged_is_deleted_with_it(RunStatus status)
    {
        await StandAsync(status);
        var lines = await File.ReadAllLinesAsync(History);
        lines[1] = lines[1][..^3] + "xxx";
        await File.WriteAllLinesAsync(History, lines);

        await AssertDeletedWithForceAsync();
    }

    [Fact]
    public async Task Run_whose_history_is_gone_is_deleted()
    {
        await StandAsync(RunStatus.Running);
        File.Delete(History);

        await AssertDeletedWithForceAsync();
    }

    [Fact]
    public async Task Run_of_which_half_was_deleted_goes_with_the_rest()
    {
        await StandAsync(RunStatus.Completed);
        File.Delete(Path.Combine(_workspace.State, "runs", "mine", "run.json"));

        Assert.Equal("There is no run 'mine'.", (await InvokeAsync(ExitCodes.WrongUsage, "runs", "delete", "mine")).Error.Trim());
        Assert.Equal("Deleted run mine.", (await InvokeAsync(ExitCodes.Completed, "runs", "delete", "mine", "--force")).Output.Trim());
        AssertNothingLeft();
        await InvokeAsync(ExitCodes.WrongUsage, "runs", "delete", "mine", "--force");
    }

    [Fact]
    public async Task Run_that_has_ended_and_whose_history_is_damaged_is_deleted_without_force()
    {
        await StandAsync(RunStatus.Completed);
        await File.WriteAllTextAsync(History, "no history\nat all\n");

        Assert.Equal("Deleted run mine.", (await InvokeAsync(ExitCodes.Completed, "runs", "delete", "mine")).Output.Trim());
        AssertNothingLeft();
    }

    private async Task StandAsync(RunStatus status)
    {
        (await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine")).AssertExit(ExitCodes.Completed);
        if (status != RunStatus.Completed)
        {
            await _workspace.MakeOpenAsync("mine", status);
        }
    }

    private async Task AssertDeletedWithForceAsync()
    {
        Assert.Contains("--force", (await InvokeAsync(ExitCodes.WrongUsage, "runs", "delete", "mine")).Error, StringComparison.Ordinal);
        Assert.Equal("Deleted run mine.", (await InvokeAsync(ExitCodes.Completed, "runs", "delete", "mine", "--force")).Output.Trim());
        AssertNothingLeft();
    }

    private void AssertNothingLeft() => Assert.DoesNotContain(
        FolderSnapshot.Of(_workspace.State).Keys,
        name => name.StartsWith("runs/", StringComparison.Ordinal) || name.StartsWith("index/", StringComparison.Ordinal)
            || name.Contains("mine", StringComparison.Ordinal));

    private async Task<CommandResult> InvokeAsync(int exitCode, params string[] args)
    {
        var result = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
        result.AssertExit(exitCode);
        return result;
    }
}
