using System.Text.RegularExpressions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>Every printed command works when it is pasted: it names the state folder of the command that printed it.</summary>
public sealed partial class HintTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("resume", "mine", RunStatus.Suspended)]
    [InlineData("resume", "mine --from alone", RunStatus.Completed)]
    [InlineData("resume", "mine", RunStatus.Completed)]
    [InlineData("resume", "mine --max-parallelism 2", RunStatus.Running)]
    [InlineData("runs delete", "mine", RunStatus.Suspended)]
    [InlineData("runs delete", "mine", RunStatus.Running)]
    [InlineData("runs suspend", "mine", RunStatus.Running)]
    [InlineData("runs continue", "mine", RunStatus.Running)]
    [InlineData("runs cancel", "other", RunStatus.Completed)]
    [InlineData("runs list", "", RunStatus.Running)]
    public async Task Command_in_a_sentence_names_the_state_folder(string command, string arguments, RunStatus status)
    {
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine");
        if (status != RunStatus.Completed)
        {
            await _workspace.MakeOpenAsync("mine", status);
        }

        AssertNamed(await InvokeAsync([.. command.Split(' '), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
    }

    [Theory]
    [InlineData("runs", "show", "mine")]
    [InlineData("resume", "mine")]
    [InlineData("runs", "cancel", "mine")]
    [InlineData("runs", "restart", "mine")]
    [InlineData("run", "workflow.json", "--run-id", "mine")]
    public async Task Damaged_record_comes_with_the_command_that_deletes_it(params string[] args)
    {
        _workspace.Write("state/runs/mine/run.json", "{ torn");
        var file = _workspace.Write("workflow.json", Workspace.Three);

        var result = await InvokeAsync([.. args.Select(word => word == "workflow.json" ? file : word)]);

        result.AssertPlainRefusal();
        Assert.Contains("'runs/mine/run.json' is damaged", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"'orchestrator runs delete mine --state {_workspace.State}' deletes what is left of the run.", result.Error, StringComparison.Ordinal);
        (await InvokeAsync("runs", "delete", "mine")).AssertExit(ExitCodes.Completed);
    }

    [Theory]
    [InlineData("workflows", "mine", "workflow.json", """{ "steps": [ { "id": "a", "prompt": "A." } ] }""")]
    [InlineData("prompts", "*.json", "prompt.md", "Say it.")]
    public async Task Damaged_record_of_what_is_stored_comes_with_the_command_that_writes_it_again(
        string command, string records, string name, string text)
    {
        var file = _workspace.Write(name, text);
        (await InvokeAsync(command, "add", file, "--slug", "mine", "--app", "shop")).AssertExit(ExitCodes.Completed);
        foreach (var record in Directory.GetFiles(Path.Combine(_workspace.State, command), records, SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(record, "{ torn");
        }

        var result = await InvokeAsync(command, "show", "mine", "--app", "shop");

        result.AssertPlainRefusal();
        Assert.Contains(
            $"'orchestrator {command} add FILE --slug mine --app shop --state {_workspace.State}'", result.Error, StringComparison.Ordinal);
        (await InvokeAsync(command, "add", file, "--slug", "mine", "--app", "shop")).AssertExit(ExitCodes.Completed);
        (await InvokeAsync(command, "show", "mine", "--app", "shop")).AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Other_hints_name_it_too()
    {
        AssertNamed(await InvokeAsync("runs", "list"));
        AssertNamed(await InvokeAsync("workflows", "add", _workspace.Write("one.json", Workspace.One)));
        _workspace.Write("state/runs/mine/run.json", "{ torn");
        AssertNamed(await InvokeAsync("runs", "prune", "--older-than", "0m"));
    }

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);

    private void AssertNamed(CommandResult result)
    {
        var commands = Quoted().Matches(result.Output + result.Error).Select(match => match.Value).ToList();
        Assert.True(commands.Count > 0, result.Output + result.Error);
        Assert.All(commands, command => Assert.EndsWith($" --state {_workspace.State}'", command, StringComparison.Ordinal));
    }

    [GeneratedRegex("'(orchestrator|resume|runs) [a-z][^']*'")]
    private static partial Regex Quoted();
}
