using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class RunsListCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task List_shows_the_newest_first()
    {
        await RunTwoAsync();

        var result = await Workspace.InvokeAsync("runs", "list", "--state", _workspace.State);

        result.AssertExit(ExitCodes.Completed);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["Run", "bad", "good", "'orchestrator"], lines.Select(line => line.Split(' ')[0]));
        Assert.Matches("^bad +failed +1 .* three +Step 'first': ", lines[1]);
        Assert.Matches("^good +completed +1 .* one *$", lines[2]);
    }

    [Theory]
    [InlineData("bad", "--status", "failed")]
    [InlineData("bad,good", "--status", "failed", "--status", "completed")]
    [InlineData("", "--status", "running")]
    [InlineData("good", "--workflow", "one")]
    [InlineData("bad", "--top", "1")]
    public async Task Filters_let_through_what_fits(string expected, params string[] filter)
    {
        await RunTwoAsync();

        var result = await Workspace.InvokeAsync(["runs", "list", "--state", _workspace.State, "--json", .. filter]);

        result.AssertExit(ExitCodes.Completed);
        var runs = JsonDocument.Parse(result.Output).RootElement.GetProperty("runs").EnumerateArray();
        Assert.Equal(expected, string.Join(',', runs.Select(run => run.GetProperty("runId").GetString())));
    }

    [Fact]
    public async Task List_of_nothing_says_so_and_one_of_what_completed_says_no_more()
    {
        await RunTwoAsync();

        Assert.Equal(
            "There are no such runs.",
            (await Workspace.InvokeAsync("runs", "list", "--state", _workspace.State, "--workflow", "other")).Output.Trim());
        Assert.DoesNotContain(
            "orchestrator", (await Workspace.InvokeAsync("runs", "list", "--state", _workspace.State, "--status", "completed")).Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--status", "done")]
    [InlineData("--top", "0")]
    [InlineData("--top", "501")]
    public async Task Filter_that_is_not_understood_is_refused(params string[] filter)
    {
        var result = await Workspace.InvokeAsync(["runs", "list", .. filter]);
        result.AssertExit(ExitCodes.WrongUsage);
    }

    [Fact]
    public async Task List_without_a_state_folder_is_refused_and_makes_none()
    {
        var result = await Workspace.InvokeAsync("runs", "list", "--state", _workspace.State);

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Equal($"There is no state folder '{_workspace.State}'. The first 'orchestrator run --state {_workspace.State}' here makes it; " +
            $"--state names one that is elsewhere.", Assert.Single(result.ErrorLines));
        Assert.False(Directory.Exists(_workspace.State));
    }

    private async Task RunTwoAsync()
    {
        await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "good");
        await _workspace.RunAsync(Workspace.Three, """ "first": [ { "error": { "kind": "toolFailed" } } ] """, "--run-id", "bad");
    }
}
