using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A run whose process was killed after its first write: it has a record, is in no list, and what it would execute is not known.</summary>
[Trait("Trust", "15")]
public sealed class UnwrittenRunTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    public async Task It_can_be_cancelled_and_deleted(int ageSeconds)
    {
        await WriteAsync(ageSeconds);

        var shown = await InvokeAsync("runs", "show", "mine");
        Assert.Contains("Nothing of it was started yet.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("orchestrator runs cancel mine", shown.Output, StringComparison.Ordinal);
        var cancelled = await InvokeAsync("runs", "cancel", "mine");
        cancelled.AssertExit(ExitCodes.Completed);
        Assert.Equal("Run 'mine' is cancelled: nothing of it was started.", cancelled.Output.Trim());

        Assert.Contains("cancelled", (await InvokeAsync("runs", "list")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "Nothing of it was started: start its workflow again.", (await InvokeAsync("runs", "show", "mine")).Output, StringComparison.Ordinal);
        Assert.Equal("Deleted run mine.", (await InvokeAsync("runs", "delete", "mine")).Output.Trim());
        (await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine")).AssertExit(ExitCodes.Completed);
    }

    [Theory]
    [InlineData(0, "resume", "mine")]
    [InlineData(120, "resume", "mine")]
    [InlineData(120, "resume", "mine", "--fork")]
    [InlineData(120, "runs", "restart", "mine")]
    public async Task Command_that_continues_it_is_refused_each_time_with_the_reason(int ageSeconds, params string[] command)
    {
        await WriteAsync(ageSeconds);
        for (var time = 0; time < 2; time++)
        {
            var refused = await InvokeAsync(command);

            refused.AssertExit(ExitCodes.WrongUsage);
            Assert.StartsWith(
                "Nothing of run 'mine' was started: its process ended while it wrote the run down. Start its workflow again", refused.ErrorLines[0],
                StringComparison.Ordinal);
        }
    }

    private async Task WriteAsync(int ageSeconds)
    {
        (await _workspace.RunAsync(Workspace.Three, null, "--run-id", "other")).AssertExit(ExitCodes.Completed);
        var runs = new StateStorage(StorageKind.Files, _workspace.State).OpenExistingRuns();
        var other = (await runs.FindAsync("other", CancellationToken.None))!;
        Assert.True(await runs.CreateAsync(
            new RunRecord
            {
                RunId = "mine",
                Stamp = "0123456789abcdef",
                Workflow = other.Workflow,
                DefinitionHash = other.DefinitionHash,
                CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(ageSeconds),
                Attempts = [new RunAttempt(1) { IsForeground = true }],
            },
            CancellationToken.None));
    }

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
}
