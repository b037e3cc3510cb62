using System.Text.Json;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Cli.State;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary><c>runs delete</c> and <c>runs prune</c> where no other process has the folder.</summary>
public sealed class RunsDeleteCommandTests : IDisposable
{
    private const string FailsOnce = """ "second": [ { "error": { "kind": "toolFailed" } }, { "output": "good" } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Delete_and_prune_leave_nothing_of_the_runs()
    {
        await FailAsync();
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "old");
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "older");

        Assert.Equal("Deleted run mine.", (await InvokeAsync("runs", "delete", "mine")).Output.Trim());
        AssertRefused(await InvokeAsync("runs", "delete", "mine"), "There is no run 'mine'.");
        Assert.Equal("Deleted 0 runs.", (await InvokeAsync("runs", "prune", "--older-than", "1h")).Output.Trim());
        var dryRun = (await InvokeAsync("runs", "prune", "--older-than", "0m", "--dry-run")).Output.Split('\n');
        Assert.Equal(
            ["older  completed", "old  completed", "2 runs would be"],
            dryRun.Take(3).Select(line => string.Join(' ', line.Split(' ').Take(line.StartsWith('2') ? 4 : 3))));
        Assert.Equal("Deleted 2 runs.", (await InvokeAsync("runs", "prune", "--older-than", "0m")).Output.Trim());

        var left = Directory.EnumerateFiles(_workspace.State, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_workspace.State, file).Replace('\\', '/'));
        Assert.All(left, file => Assert.True(file.StartsWith("definitions/", StringComparison.Ordinal)
            || FolderSnapshot.IsEmptyLog(Path.Combine(_workspace.State, file), file)
            || file.StartsWith("~locks/", StringComparison.Ordinal) || file is "journal/lock" or "journal/owner.json", file));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("30")]
    [InlineData("-3d")]
    [InlineData("36501d")]
    [InlineData("1.5h")]
    public async Task Prune_of_an_age_that_is_none_is_refused_and_deletes_nothing(string age)
    {
        await FailAsync();
        var before = FolderSnapshot.Of(_workspace.State);

        AssertRefused(
            await InvokeAsync("runs", "prune", "--older-than", age),
            "--older-than takes a number and a unit, such as 30d, 12h or 45m, and at most 36500d.");

        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    public async Task Runs_that_have_not_ended_are_kept_and_named()
    {
        await FailAsync();
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "open");
        await _workspace.MakeOpenAsync("open");

        AssertRefused(
            await InvokeAsync("runs", "delete", "mine", "open", "nobody"),
            $"Run 'open' is interrupted: no process works on it. 'orchestrator resume open --state {_workspace.State}' goes on with it;");
        Assert.Equal(
            ["There is no run 'nobody'.", "Nothing was deleted."],
            (await InvokeAsync("runs", "delete", "mine", "open", "nobody")).ErrorLines.Skip(1));
        Assert.Contains("orchestrator resume open", (await InvokeAsync("runs", "show", "open")).Output, StringComparison.Ordinal);
        Assert.Equal(
            "1 run would be deleted. Kept 1 run of that age that has not ended: open.",
            (await InvokeAsync("runs", "prune", "--older-than", "0m", "--dry-run")).Output.Trim().Split('\n')[^1]);
        Assert.Equal(
            "Deleted 1 run. Kept 1 run of that age that has not ended: open.",
            (await InvokeAsync("runs", "prune", "--older-than", "0m")).Output.Trim());
        Assert.Equal("interrupted", (await ShowAsync("open")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Several_runs_are_deleted_together()
    {
        await FailAsync();
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "other");

        Assert.Equal("Deleted runs other, mine.", (await InvokeAsync("runs", "delete", "other", "mine", "other")).Output.Trim());

        Assert.DoesNotContain(FolderSnapshot.Of(_workspace.State).Keys, name => name.StartsWith("runs/", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Trust", "15")]
    public async Task Run_whose_deletion_was_cut_off_is_named_wherever_it_is_met_and_finished_by_the_same_command()
    {
        await FailAsync();
        await MarkAsDeletedAsync("mine");
        var how = $"It is half deleted: unless another process deletes it at this moment, 'orchestrator runs delete mine " +
            $"--state {_workspace.State}' finishes that.";

        var again = await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine");
        Assert.Equal((ExitCodes.WrongUsage, "There is a run 'mine' already, of which parts are left. " + how), (again.ExitCode, again.Error.Trim()));
        foreach (var command in (string[])["runs show", "resume", "runs cancel", "runs restart"])
        {
            AssertRefused(await InvokeAsync([.. command.Split(' '), "mine"]), "There is no run 'mine' any more. " + how);
        }

        Assert.Equal("Deleted run mine.", (await InvokeAsync("runs", "delete", "mine")).Output.Trim());
        (await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine")).AssertExit(ExitCodes.Completed);
    }

    /// <summary>As a deletion leaves the run that is killed after its first write.</summary>
    private async Task MarkAsDeletedAsync(string runId)
    {
        var content = new StateStorage(StorageKind.Files, _workspace.State).OpenExistingContent();
        Assert.NotNull(
            await new RunDeletion(content, new RunStore(content, new RunLogStore(content)), TimeProvider.System).BeginAsync(runId, static _ => true, CancellationToken.None));
    }

    private async Task FailAsync() =>
        (await _workspace.RunAsync(Workspace.Three, FailsOnce, "--run-id", "mine")).AssertExit(ExitCodes.RunFailed);

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);

    private async Task<JsonElement> ShowAsync(string runId = "mine") =>
        JsonDocument.Parse((await InvokeAsync("runs", "show", runId, "--json")).Output).RootElement;

    private static void AssertRefused(CommandResult result, string sentence)
    {
        result.AssertExit(ExitCodes.WrongUsage);
        Assert.StartsWith(sentence, result.ErrorLines[0], StringComparison.Ordinal);
    }
}
