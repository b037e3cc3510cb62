using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A record that cannot be read is one row of a list that says so; the others are listed, and it can be deleted.</summary>
[Trait("Trust", "14")]
public sealed class DamagedRecordTests : IDisposable
{
    private const string Newer = """{"format":4,"runId":"bad","phase":{"of":"a later version"}}""";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("", "damaged")]
    [InlineData("null", "damaged")]
    [InlineData("""{"runId": "bad", "sta""", "damaged")]
    [InlineData("\0\0\0\0", "damaged")]
    [InlineData("[]", "damaged")]
    [InlineData("{}", "damaged")]
    [InlineData("""{"format":3}""", "damaged")]
    [InlineData("""{"format":3,"runId":"bad","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z","attempts":[]}""", "damaged")]
    [InlineData("""{"format":3,"runId":"bad","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z","tags":null}""", "damaged")]
    [InlineData("""{"format":3,"runId":"good","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z"}""", "damaged")]
    [InlineData(Newer, "newer")]
    [InlineData("""{"format":1,"runId":"bad","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z"}""", "older")]
    [InlineData("""{"format":2,"runId":"bad","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z"}""", "older")]
    [InlineData("""{"format":1,"runId":"bad","phase":{"of":"an earlier version"}}""", "older")]
    [InlineData("""{"runId":"bad","workflow":"one","definitionHash":"00","createdAt":"2026-01-01T00:00:00Z"}""", "older")]
    public async Task Record_of_a_run_costs_one_row_and_can_be_deleted(string content, string word)
    {
        await RunTwoAsync();
        await OverwriteAsync("runs/bad/run.json", content);

        var list = await InvokeAsync(ExitCodes.Completed, "runs", "list");
        Assert.Matches("(?m)^good +completed ", list.Output);
        Assert.Matches($"(?m)^bad +{word} .*runs/bad/run.json", list.Output);
        var rows = (await InvokeAsync(ExitCodes.Completed, "runs", "list", "--json")).Json().GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["bad", "good"], rows.Select(row => row.GetProperty("runId").GetString()));
        Assert.Equal([word, null], rows.Select(row => row.TryGetProperty("unreadable", out var unreadable) ? unreadable.GetString() : null));

        await InvokeAsync(ExitCodes.Completed, "runs", "show", "good");
        string[][] commands = [["runs", "show"], ["runs", "cancel"], ["runs", "suspend"], ["runs", "continue"], ["runs", "restart"], ["resume"]];
        foreach (var command in commands)
        {
            var refused = await InvokeAsync(ExitCodes.WrongUsage, [.. command, "bad"]);
            Assert.Contains("'runs/bad/run.json'", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }

        Assert.Contains(
            "1 run would be deleted.", (await InvokeAsync(ExitCodes.Completed, "runs", "prune", "--older-than", "0m", "--dry-run")).Output,
            StringComparison.Ordinal);
        var pruned = await InvokeAsync(ExitCodes.Completed, "runs", "prune", "--older-than", "0m");
        Assert.StartsWith("Deleted 1 run.", pruned.Output, StringComparison.Ordinal);
        Assert.Contains("bad", pruned.Output, StringComparison.Ordinal);

        Assert.Equal("Deleted run bad.", (await InvokeAsync(ExitCodes.Completed, "runs", "delete", "bad")).Output.Trim());
        Assert.Equal("There are no such runs.", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output.Trim());
        Assert.DoesNotContain(
            FolderSnapshot.Of(_workspace.State).Keys,
            name => name.StartsWith("runs/", StringComparison.Ordinal) || name.StartsWith("index/", StringComparison.Ordinal)
                || name.StartsWith("journal/instances/bad", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData(Newer)]
    public async Task Entry_of_the_index_costs_nothing(string content)
    {
        await RunTwoAsync();
        await OverwriteAsync(
            Path.GetRelativePath(_workspace.State, Directory.GetFiles(Path.Combine(_workspace.State, "index", "_"), "*-bad").Single()), content);

        Assert.Matches("(?m)^bad +completed ", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output);
        await InvokeAsync(ExitCodes.Completed, "runs", "list", "--status", "completed", "--workflow", "one");
        await InvokeAsync(ExitCodes.Completed, "runs", "show", "bad");
        await InvokeAsync(ExitCodes.Completed, "runs", "delete", "bad");
        Assert.Matches("^Run .*\ngood .*\n$", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output);
    }

    [Theory]
    [InlineData("runs/bad/log-0.jsonl", "")]
    [InlineData("runs/bad/log-0.jsonl", "{}\nnull\n\0\0\n[1]\n{\"event\":\"step.started\"}\n")]
    [InlineData("runs/bad/log-0.jsonl", "{\"v\":1,\"crc\":\"00000000\",\"rec\":{\"event\":null}}\n{\"v\":2,\"crc\":\"00000000\",\"rec\":{}}\n")]
    [InlineData("runs/bad/text-0.jsonl", "{}\nnull\n\0\0\n[1]\n{\"event\":\"step.chunk\"}\n")]
    [InlineData("runs/bad/control.json", "{")]
    [InlineData("runs/bad/outputs/*", "")]
    [InlineData("runs/bad/outputs/*", "null")]
    public async Task Part_of_a_run_leaves_the_rest_to_be_seen_and_deleted(string file, string content)
    {
        await RunTwoAsync(file.EndsWith('*') ? $$""" "say": [ { "output": "{{new string('x', 100_000)}}" } ] """ : null);

        // Large are the output of the step, which is a text, its mock in what the run executes, and the outputs of the run.
        await OverwriteAsync(
            file.EndsWith('*')
                ? Directory.GetFiles(Path.Combine(_workspace.State, Path.GetDirectoryName(file)!)).Single(path => File.ReadAllText(path)[0] == '"')
                : file,
            content);

        Assert.Matches("(?m)^bad +completed ", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output);
        var shown = (await InvokeAsync(ExitCodes.Completed, "runs", "show", "bad")).Output;
        Assert.Contains("Run bad of workflow 'one'", shown, StringComparison.Ordinal);
        Assert.Matches(file.Contains("/log", StringComparison.Ordinal) ? "(?m)^Run bad completed in " : "(?m)^Run bad completed: 1 of 1 steps", shown);
        await InvokeAsync(ExitCodes.Completed, "runs", "show", "bad", "--json");
        await InvokeAsync(ExitCodes.Completed, "runs", "delete", "bad");
        await InvokeAsync(ExitCodes.Completed, "runs", "show", "good");
    }

    [Theory]
    [InlineData(RunLogLines.Prepared, "", null)]
    [InlineData(RunLogLines.Prepared, null, null)]
    [InlineData(RunLogLines.Prepared, null, "[]")]
    [InlineData(RunLogLines.Prepared, null, "\"\"")]
    [InlineData(RunLogLines.Prepared, null, """{"runId":"bad","plan":null,"inputs":{},"prompts":{},"steps":[]}""")]
    [InlineData(RunLogLines.Prepared, null, Newer)]
    [InlineData(RunLogLines.Outputs, "{", null)]
    [InlineData(RunLogLines.Outputs, null, null)]
    [InlineData(RunLogLines.Outputs, null, "[]")]
    public async Task Part_in_the_log_of_a_run_leaves_the_rest_to_be_seen_and_deleted(string part, string? line, string? value)
    {
        await RunTwoAsync();
        await RunLogLines.ChangeAsync(Path.Combine(_workspace.State, "runs/bad/log-0.jsonl"), part, present => line
            ?? RunLogLines.Framed(present, record => Regex.Replace(record, ",\"value\":.*}}$", value is null ? "}}" : $",\"value\":{value}}}}}")));

        var shown = (await InvokeAsync(ExitCodes.Completed, "runs", "show", "bad")).Output;
        Assert.Contains("Run bad of workflow 'one'", shown, StringComparison.Ordinal);
        Assert.Contains("'runs/bad/log-0.jsonl'", shown, StringComparison.Ordinal);
        var said = value == Newer ? "by a newer version" : part == RunLogLines.Prepared ? "What attempt 1 of run 'bad' executes " : "as its outputs ";
        Assert.Contains(said, shown, StringComparison.Ordinal);
        Assert.Matches(part == RunLogLines.Prepared ? "(?m)^Run bad completed in " : "(?m)^Run bad completed: 1 of 1 steps", shown);
        await InvokeAsync(ExitCodes.Completed, "runs", "show", "bad", "--json");
        await InvokeAsync(ExitCodes.Completed, "runs", "delete", "bad");
        await InvokeAsync(ExitCodes.Completed, "runs", "show", "good");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"slug\": \"bad\", ")]
    [InlineData("{}")]
    [InlineData(Newer)]
    public async Task Stored_workflow_and_prompt_cost_one_row(string content)
    {
        foreach (var name in (string[])["bad", "good"])
        {
            await InvokeAsync(
                ExitCodes.Completed, "workflows", "add",
                _workspace.Write($"{name}.json", Workspace.One.Replace("one", name, StringComparison.Ordinal)));
            await InvokeAsync(ExitCodes.Completed, "prompts", "add", _workspace.Write($"{name}.md", $"Say {name}."));
        }

        await OverwriteAsync("workflows/_/bad", content);
        await OverwriteAsync("prompts/_/bad/prompt.json", content);

        foreach (var kind in (string[])["workflows", "prompts"])
        {
            var list = await InvokeAsync(ExitCodes.Completed, kind, "list");
            Assert.Matches("(?m)^bad: (damaged|newer)", list.Output);
            Assert.Matches("(?m)^good", list.Output);
            await InvokeAsync(ExitCodes.Completed, kind, "list", "--json");
            await InvokeAsync(ExitCodes.Completed, kind, "show", "good");
            Assert.Contains($"{kind}/_/bad", (await InvokeAsync(ExitCodes.WrongUsage, kind, "show", "bad")).Error, StringComparison.Ordinal);
        }

        var isNewer = content == Newer;
        await InvokeAsync(isNewer ? ExitCodes.WrongUsage : ExitCodes.Completed, "workflows", "add", _workspace.Path("bad.json"));
        await InvokeAsync(isNewer ? ExitCodes.WrongUsage : ExitCodes.Completed, "prompts", "add", _workspace.Path("bad.md"));
        await InvokeAsync(isNewer ? ExitCodes.WrongUsage : ExitCodes.Completed, "prompts", "show", "bad");
    }

    private async Task RunTwoAsync(string? mocks = null)
    {
        foreach (var name in (string[])["good", "bad"])
        {
            (await _workspace.RunAsync(Workspace.One, mocks, "-i", "word=x", "--run-id", name)).AssertExit(ExitCodes.Completed);
        }
    }

    private Task OverwriteAsync(string name, string content) =>
        File.WriteAllTextAsync(Path.Combine(_workspace.State, name), content, new UTF8Encoding(false));

    private async Task<CommandResult> InvokeAsync(int exitCode, params string[] args)
    {
        var result = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
        result.AssertExit(exitCode);
        return result;
    }
}
