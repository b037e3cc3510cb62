namespace Orchestrator.Cli.Tests.Commands;

public sealed class RunsCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Show_prints_the_steps_outputs_and_figures_of_a_run()
    {
        await _workspace.RunAsync(Workspace.One, """ "say": [ { "output": "hello there" } ] """, "-i", "word=hello", "--run-id", "mine");

        var result = await Workspace.InvokeAsync("runs", "show", "mine", "--state", _workspace.State);

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("── say ──", result.Output, StringComparison.Ordinal);
        Assert.Contains("hello there", result.Output, StringComparison.Ordinal);
        Assert.Contains("Run mine completed: 1 of 1 steps", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("── word ──", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Show_as_JSON_is_the_very_document_that_the_run_printed()
    {
        var run =
            await _workspace.RunAsync(Workspace.Three, """ "first": [ { "error": { "kind": "toolFailed" } } ] """, "--run-id", "mine", "--json");

        var shown = await Workspace.InvokeAsync("runs", "show", "mine", "--state", _workspace.State, "--json");

        shown.AssertExit(ExitCodes.Completed);
        Assert.Equal(run.Output, shown.Output);
        Assert.Empty(shown.Error);
    }

    [Theory]
    [InlineData("yours")]
    [InlineData("../mine")]
    [InlineData("")]
    public async Task Show_of_an_unknown_run_is_refused(string runId)
    {
        await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "mine");

        var result = await Workspace.InvokeAsync("runs", "show", runId, "--state", _workspace.State);

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Equal($"There is no run '{runId}' in '{_workspace.State}'.", Assert.Single(result.ErrorLines));
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Show_without_a_state_folder_is_refused_and_makes_none()
    {
        var result = await Workspace.InvokeAsync("runs", "show", "mine", "--state", _workspace.State);

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Equal($"There is no state folder '{_workspace.State}'. The first 'orchestrator run --state {_workspace.State}' here makes it; " +
            $"--state names one that is elsewhere.", Assert.Single(result.ErrorLines));
        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task Show_of_a_damaged_record_names_the_file_and_no_stack_trace()
    {
        _workspace.Write("state/runs/mine/run.json", "{ torn");

        var result = await Workspace.InvokeAsync("runs", "show", "mine", "--state", _workspace.State);

        Assert.NotEqual(ExitCodes.Completed, result.ExitCode);
        Assert.Contains("runs/mine/run.json", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
