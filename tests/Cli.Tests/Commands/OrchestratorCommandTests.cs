namespace Orchestrator.Cli.Tests.Commands;

public class OrchestratorCommandTests
{
    [Theory]
    [InlineData("'--nonsense'", "run", "w.json", "--nonsense")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "0")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "many")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "99999999999")]
    [InlineData("--max-parallelism", "run", "w.json", "--max-parallelism")]
    [InlineData("Argument 'paper' not recognized.", "run", "w.json", "--storage", "paper")]
    [InlineData("--state needs the name of a folder.", "run", "w.json", "--state", "")]
    [InlineData("Required argument missing", "run")]
    [InlineData("Required command was not provided.", "runs")]
    [InlineData("'walk'", "walk")]
    [InlineData("--port takes a whole number from 0 to 65535.", "serve", "--port", "70000")]
    [InlineData("--port takes a whole number from 0 to 65535.", "serve", "--port", "-1")]
    [InlineData("--port takes a whole number from 0 to 65535.", "serve", "--port", "http")]
    [InlineData("--port takes a whole number from 0 to 65535.", "openai-server", "--port", "http")]
    public async Task Wrong_command_line_is_refused_with_the_way_to_the_help(string reason, params string[] args)
    {
        var result = await Workspace.InvokeAsync(args);

        result.AssertPlainRefusal();
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_commands()
    {
        var result = await Workspace.InvokeAsync("--help");

        result.AssertExit(ExitCodes.Completed);
        Assert.All(["run", "runs", "serve", "workflows", "prompts"], command => Assert.Contains($"  {command} ", result.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("openai-server", result.Output, StringComparison.Ordinal);
    }
}
