namespace Orchestrator.Cli.Tests.Commands;

/// <summary>What models, tools and files write is shown by every command, and steers no terminal.</summary>
public sealed class ControlCharacterTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("--no-color")]
    [InlineData("--stream=say")]
    public async Task Answer_of_a_model_is_shown_with_them(string option)
    {
        var run = await _work.RunAsync(
            Workspace.One, """ "say": [ { "output": "\u001b]0;title\u0007answer" } ] """, "--run-id", "r1", "-i", "word=x", option);
        var shown = await Workspace.InvokeAsync("runs", "show", "r1", "--state", _work.State);

        Assert.Equal(0, run.ExitCode);
        Assert.All([run.Output, shown.Output], text => Assert.Contains("\uFFFD]0;title\uFFFDanswer", text, StringComparison.Ordinal));
        AssertNone(run, shown);
    }

    [Fact]
    public async Task Error_of_a_model_is_shown_with_them_and_in_Json_escaped()
    {
        var run = await _work.RunAsync(
            Workspace.One, """ "say": [ { "error": { "kind": "contentFiltered", "message": "\u001b[31mrefused\r\nRun r1 completed" } } ] """,
            "--run-id", "r1", "-i", "word=x");
        var shown = await Workspace.InvokeAsync("runs", "show", "r1", "--state", _work.State);
        var json = await Workspace.InvokeAsync("runs", "show", "r1", "--json", "--state", _work.State);

        Assert.All([run.Output, shown.Output], text => Assert.Contains("\uFFFD[31mrefused Run r1 completed", text, StringComparison.Ordinal));
        Assert.Contains("""\u001B[31mrefused""", json.Output, StringComparison.OrdinalIgnoreCase);
        AssertNone(run, shown, json);
    }

    [Fact]
    public async Task Stored_prompt_is_shown_with_them()
    {
        await Workspace.InvokeAsync("prompts", "add", _work.Write("p.md", "Say \u001b[2J it."), "--slug", "p", "--state", _work.State);

        var shown = await Workspace.InvokeAsync("prompts", "show", "p", "--state", _work.State);

        Assert.Contains("Say \uFFFD[2J it.", shown.Output, StringComparison.Ordinal);
    }

    private static void AssertNone(params CommandResult[] results) =>
        Assert.All(
            results,
            result => Assert.DoesNotContain(result.Output + result.Error, letter => char.IsControl(letter) && letter is not '\n' and not '\r'));
}
