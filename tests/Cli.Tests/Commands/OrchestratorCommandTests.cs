namespace Orchestrator.Cli.Tests.Commands;

public class OrchestratorCommandTests
{
    [Theory]
    [InlineData("'--nonsense'", "run", "w.json", "--nonsense")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "0")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "many")]
    [InlineData("--max-parallelism takes a whole number from 1 to 10000.", "run", "w.json", "--max-parallelism", "99999999999")]
    [InlineData("--max-parallelism", "run", "w.json", "--max-parallelism")]
    [InlineData("--storage takes files, azure or memory, and 'fils' is none of them. Did you mean 'files'?", "run", "w.json", "--storage", "fils")]
    [InlineData("--model names the model 'simulatd'. Did you mean 'simulated'?", "run", "w.json", "--model", "simulatd:latency=0")]
    [InlineData("--model names the model 'Simulated'. Did you mean 'simulated'?", "serve", "--model", "Simulated")]
    [InlineData("--status takes pending, running", "runs", "list", "--status", "x")]
    [InlineData("'orchestrator run' has no option '--mock'. Did you mean '--mocks'?", "run", "w.json", "--mock", "m.json")]
    [InlineData("'orchestrator runs list' has no option '--tpo'. Did you mean '--top'?", "runs", "list", "--tpo=3")]
    [InlineData("'orchestrator' has no command 'rn'. Did you mean 'run'?", "rn", "w.json")]
    [InlineData("'orchestrator runs' has no command 'lst'. Did you mean 'list'?", "runs", "lst")]
    [InlineData("'orchestrator run' takes no further argument, and 'other' is one.", "run", "w.json", "other")]
    [InlineData("--storage takes files, azure or memory, and 'paper' is none of them.", "run", "w.json", "--storage", "paper")]
    [InlineData("--state needs the name of a folder.", "run", "w.json", "--state", "")]
    [InlineData("'orchestrator run' needs <file> (The file of a workflow definition, or the slug of a stored workflow).", "run")]
    [InlineData("'orchestrator runs' needs a command: list, show, cancel, suspend, continue, restart, delete, prune.", "runs")]
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
        Assert.All(
            ["run", "runs", "serve", "workflows", "prompts"], command => Assert.Contains($"  {command} ", result.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("openai-server", result.Output, StringComparison.Ordinal);
    }
}
