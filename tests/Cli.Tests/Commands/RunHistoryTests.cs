using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>The output for a run that failed or has several attempts, and the commands that it suggests.</summary>
public sealed class RunHistoryTests : IDisposable
{
    private const string Essay = """
        { "slug": "essay", "options": { "parallelBatchDelay": 0 },
          "inputs": { "text": { "type": "string" }, "tone": { "type": "string", "default": "plain" } },
          "steps": [
            { "id": "claim", "prompt": "The claim of {{text}}" },
            { "id": "pro", "prompt": "For {{claim}}", "dependsOn": ["claim"] },
            { "id": "contra", "prompt": "Against {{claim}}, {{tone}}", "dependsOn": ["claim"] },
            { "id": "verdict", "prompt": "Weigh {{pro}} {{contra}}", "dependsOn": ["pro", "contra"] } ] }
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task History_of_three_resumes_says_what_each_was_asked_did_differently_took_over_and_came_to()
    {
        await ResumeThreeTimesAsync();

        var lines = (await InvokeAsync("runs", "show", "mine")).Output.Split('\n');

        var first = Array.FindIndex(lines, line => line.StartsWith("Attempt 1", StringComparison.Ordinal));
        Assert.Equal(
            [
                "Attempt 1, (when, how long): failed at step 'pro' (toolFailed): The provider is down.",
                "Attempt 2, (when, how long): failed at step 'contra' (contentFiltered): The filter stopped it.",
                $"  By {Environment.UserName}: the provider is back. Changed: input tone; option mocks. Reused 1 step: claim.",
                "Attempt 3 from 'contra', (when, how long): failed at step 'verdict' (toolFailed): Too long.",
                $"  By {Environment.UserName}. Changed: options maxParallelism, mocks. Reused 2 steps: claim, pro.",
                "Attempt 4, (when, how long): completed.",
                $"  By {Environment.UserName}: shorter! Changed: output given by hand of step pro; step verdict; option mocks. Reused 2 steps: " +
                $"claim, contra.",
            ],
            lines[first..(first + 7)].Select(line => Regex.Replace(line, @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, [\d.]+ m?s", "(when, how long)")));
    }

    [Fact]
    public async Task History_as_JSON_says_the_same_and_keeps_the_names_of_the_contract()
    {
        await ResumeThreeTimesAsync();

        var attempts = (await InvokeAsync("runs", "show", "mine", "--json")).Json().GetProperty("attempts");

        Assert.Equal(
            ["n", "from", "reason", "by", "reused", "status", "startedAt", "completedAt", "error", "failed", "changed"],
            attempts[3].EnumerateObject().Select(member => member.Name));
        Assert.Equal("null", attempts[0].GetProperty("changed").GetRawText());
        Assert.Equal(["pro", "contra", "verdict", null], attempts.EnumerateArray()
            .Select(attempt => attempt.GetProperty("failed").EnumerateArray().SingleOrDefault().ToString() is { Length: > 0 } id ? id : null));
        Assert.Equal(
            """{"inputs":[],"outputs":["pro"],"steps":["verdict"],"removed":[],"options":["mocks"]}""",
            Regex.Replace(attempts[3].GetProperty("changed").GetRawText(), @"\s", ""));
    }

    [Fact]
    public async Task Steps_that_failed_beside_the_first_one_are_named_too()
    {
        var definition = Essay.Replace(
            "\"parallelBatchDelay\"", "\"onStepFailure\": \"continue\", \"maxParallelism\": 1, \"parallelBatchDelay\"", StringComparison.Ordinal);
        await _workspace.RunAsync(
            definition, """ "pro": [ { "error": { "kind": "toolFailed" } } ], "contra": [ { "error": { "kind": "toolFailed" } } ] """, "-i", "text=x",
            "--run-id", "mine");
        await InvokeAsync("resume", "mine");

        var shown = (await InvokeAsync("runs", "show", "mine")).Output;

        Assert.Contains("failed at step 'pro' (toolFailed)", shown, StringComparison.Ordinal);
        Assert.Contains("\n  Also failed: contra.", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_failed_names_the_step_the_counts_and_the_command_that_goes_on()
    {
        var result = await FailAsync();

        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal($"To go on from what is done: orchestrator resume mine --state {_workspace.State}", lines[^1]);
        Assert.Equal("Error in step 'pro' (toolFailed): The provider is down.", lines[^2]);
        Assert.Contains("Run mine failed: of 4 steps 2 completed, 1 failed, 1 skipped, in ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Attempt 1", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"orchestrator resume mine --state {_workspace.State}", (await InvokeAsync("runs", "show", "mine")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_failed_as_JSON_says_the_command_beside_the_document()
    {
        var result = await FailAsync("--json");

        Assert.Equal("failed", result.Json().GetProperty("status").GetString());
        Assert.Equal($"To go on from what is done: orchestrator resume mine --state {_workspace.State}", result.ErrorLines[^1]);
    }

    [Fact]
    public async Task Run_that_completed_or_is_kept_nowhere_names_no_command()
    {
        Assert.DoesNotContain("orchestrator ", (await _workspace.RunAsync(Essay, null, "-i", "text=x")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("orchestrator ", (await FailAsync("--storage", "memory")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_says_that_the_definition_file_was_changed_and_does_not_count()
    {
        await FailAsync();
        Assert.DoesNotContain("--definition", (await InvokeAsync("resume", "mine")).Output, StringComparison.Ordinal);
        var file = _workspace.Write("workflow.json", Essay.Replace("Weigh", "Weigh well", StringComparison.Ordinal));

        Assert.StartsWith(
            $"The run keeps the definition that it has. '{file}' was changed since: --definition takes it as it is now.\n",
            (await InvokeAsync("resume", "mine")).Output, StringComparison.Ordinal);
        Assert.Empty(await ChangedStepsAsync(attempt: 3));

        Assert.DoesNotContain("was changed since", (await InvokeAsync("resume", "mine", "--definition", file)).Output, StringComparison.Ordinal);
        Assert.Equal(["verdict"], await ChangedStepsAsync(attempt: 4));
    }

    [Fact]
    public async Task Restarted_and_forked_runs_say_where_they_come_from()
    {
        await FailAsync();
        await InvokeAsync("resume", "mine", "--fork", "--run-id", "fork", "--reason", "a try");
        await InvokeAsync("runs", "restart", "mine");

        var lines = (await InvokeAsync("runs", "list")).Output.Split('\n');

        Assert.Equal(["Run", "State", "Attempt", "Created", "Took", "Workflow", "Note"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith("essay     Restarted from run 'mine'. Step 'pro': The provider is down.", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("essay     Forked from run 'mine'. a try. Step 'pro': The provider is down.", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("essay     Step 'pro': The provider is down.", lines[3], StringComparison.Ordinal);
        Assert.Contains("Forked from run 'mine'. a try.", (await InvokeAsync("runs", "show", "fork")).Output, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string?>> ChangedStepsAsync(int attempt) =>
        [.. (await InvokeAsync("runs", "show", "mine", "--json")).Json().GetProperty("attempts")[attempt - 1].GetProperty("changed")
            .GetProperty("steps").EnumerateArray().Select(id => id.GetString())];

    private Task<CommandResult> FailAsync(params string[] options) =>
        _workspace.RunAsync(Essay, Failing("pro", "toolFailed", "The provider is down."), ["-i", "text=x", "--run-id", "mine", .. options]);

    private async Task ResumeThreeTimesAsync()
    {
        (await FailAsync()).AssertExit(ExitCodes.RunFailed);
        await ResumeAsync(Failing("contra", "contentFiltered", "The filter stopped it."), "--reason", "the provider is back", "-i", "tone=harsh");
        await ResumeAsync(Failing("verdict", "toolFailed", "Too long."), "--from", "contra", "--max-parallelism", "3");
        var file = _workspace.Write("shorter.json", Essay.Replace("Weigh", "Weigh in one sentence", StringComparison.Ordinal));
        await ResumeAsync(null, "--definition", file, "--output", "pro=mine", "--reason", "shorter!");
    }

    private Task<CommandResult> ResumeAsync(string? mocks, params string[] options) =>
        InvokeAsync(["resume", "mine", "--mocks", _workspace.Mocks(mocks), .. options]);

    private static string Failing(string step, string kind, string message) =>
        $$""" "{{step}}": [ { "error": { "kind": "{{kind}}", "message": "{{message}}" } } ] """;

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
}
