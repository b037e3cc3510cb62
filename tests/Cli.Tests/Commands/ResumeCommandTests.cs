using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary><c>resume</c>, and the operations of <c>runs</c> where no other process has the folder.</summary>
public sealed class ResumeCommandTests : IDisposable
{
    private const string FailsOnce = """ "second": [ { "error": { "kind": "toolFailed" } }, { "output": "good" } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Resume_goes_on_from_what_failed_and_says_what_it_reused()
    {
        await FailAsync();

        var result = await ResumeAsync("--reason", "mended");

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("Run mine, attempt 2: 3 steps", result.Output, StringComparison.Ordinal);
        Assert.Matches("Attempt 1, .*: failed at step 'second'", result.Output);
        Assert.Matches("Attempt 2, .*: completed.\n  By .*: mended. Reused 1 step: first.", result.Output);
        var run = await ShowAsync();
        Assert.Equal(("completed", 2), (run.GetProperty("status").GetString(), run.GetProperty("attempt").GetInt32()));
        Assert.Equal("good", run.GetProperty("outputs").GetProperty("second").GetString());
        Assert.Equal(1, run.GetProperty("steps").GetProperty("first").GetProperty("attempts").GetInt32());
    }

    /// <summary>A step that names no model keeps its output when the host has another default model than at the start.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_reuses_a_step_though_the_default_model_is_another_one_but_not_though_a_named_model_is(bool isDefault)
    {
        await FailAsync();
        await RunLogLines.ChangeAsync(
            Path.Combine(_workspace.State, "runs", "mine", "log-0.jsonl"),
            RunLogLines.Prepared,
            line => RunLogLines.Framed(line, text =>
            {
                var other = Regex.Replace(text, "\"models\":\\[\"[^\"]+\"\\]", "\"models\":[\"another\"]");
                Assert.NotEqual(text, other);
                Assert.Contains("\"usesDefaultModel\":true", other, StringComparison.Ordinal);
                return isDefault ? other : other.Replace("\"usesDefaultModel\":true", "\"usesDefaultModel\":false", StringComparison.Ordinal);
            }));

        (await ResumeAsync("--mocks", _workspace.Mocks())).AssertExit(ExitCodes.Completed);

        var attempt = (await ShowAsync()).GetProperty("attempts")[1];
        Assert.Equal(isDefault ? ["first"] : [], attempt.GetProperty("reused").EnumerateArray().Select(step => step.GetString()));
        Assert.Equal(isDefault ? 0 : 3, attempt.GetProperty("changed").GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public async Task Resume_as_JSON_is_the_document_of_the_run()
    {
        await FailAsync();

        var result = await ResumeAsync("--json");

        Assert.Equal("completed", JsonDocument.Parse(result.Output).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Resume_reads_the_prompts_beside_the_definition_again()
    {
        _workspace.Write("prompts/greet.md", "Hello {{word}}.");
        var definition =
            """{ "steps": [ { "id": "greet", "promptId": "greet" }, { "id": "second", "prompt": "Then {{greet}}", "dependsOn": ["greet"] } ] }""";
        await _workspace.RunAsync(definition, FailsOnce, "-i", "word=x", "--run-id", "mine");
        _workspace.Write("prompts/greet.md", "Good day {{word}}.");

        (await ResumeAsync()).AssertExit(ExitCodes.Completed);

        Assert.Empty((await ShowAsync()).GetProperty("attempts")[1].GetProperty("reused").EnumerateArray());
    }

    [Fact]
    public async Task Output_given_by_hand_stands_in_for_the_step()
    {
        await FailAsync();
        _workspace.Write("second.json", """{ "made": "by hand" }""");

        (await ResumeAsync("--output", $"second=@{_workspace.Path("second.json")}")).AssertExit(ExitCodes.Completed);

        Assert.Equal("by hand", (await ShowAsync()).GetProperty("outputs").GetProperty("second").GetProperty("made").GetString());
    }

    [Fact]
    public async Task Fork_is_a_run_of_its_own()
    {
        await FailAsync();

        var result = await ResumeAsync("--fork", "--run-id", "other", "--mocks", _workspace.Mocks());

        result.AssertExit(ExitCodes.Completed);
        Assert.Equal("failed", (await ShowAsync()).GetProperty("status").GetString());
        Assert.Equal("completed", (await ShowAsync("other")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Run_whose_history_is_gone_is_shown_with_the_command_that_goes_on()
    {
        await FailAsync();
        Assert.EndsWith(
            $"orchestrator resume mine --state {_workspace.State}", (await InvokeAsync("runs", "show", "mine")).Output.TrimEnd(),
            StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_workspace.State, "journal"), recursive: true);

        Assert.EndsWith(
            $"orchestrator resume mine --fork --state {_workspace.State}", (await InvokeAsync("runs", "show", "mine")).Output.TrimEnd(),
            StringComparison.Ordinal);
        AssertRefused(await ResumeAsync(), "The history of run 'mine' is gone: it was purged, moved away or cut off.");
        (await ResumeAsync("--fork", "--mocks", _workspace.Mocks())).AssertExit(ExitCodes.Completed);
    }

    [Theory]
    [InlineData("There is no step 'secnod' to go on from. Did you mean 'second'?", "--from", "secnod")]
    [InlineData("There is no step 'third' that could be given an output.", "--output", "third=1")]
    [InlineData(
        "Step 'first' cannot be gone on from and have its output given at once: go on from a step after it, or leave one of the two out.", "--from",
        "first", "--output", "first=1")]
    [InlineData("'second' is no output. Write --output step=value, or --output step=@file.", "--output", "second")]
    [InlineData("Step 'first' asks a model whose name is empty: name one, or leave it out.", "--model", "")]
    [InlineData("The output file 'gone.txt' does not exist.", "--output", "second=@gone.txt")]
    [InlineData("The mocks file 'gone.json' does not exist.", "--mocks", "gone.json")]
    [InlineData("There is a run 'mine' already.", "--fork", "--run-id", "mine")]
    [InlineData("The run id 'no spaces' must have 1 to 64 letters a-z or A-Z, digits, _ or -, " +
        "and be none of the names that Windows keeps for devices (con, " +
        "prn, aux, nul, com1, lpt1 …).", "--fork", "--run-id", "no spaces")]
    [InlineData("--budget takes an amount in US dollars above 0, such as 0.50, or a number of tokens, such as tokens=50000.", "--budget", "-1")]
    [InlineData("--budget takes an amount in US dollars above 0, such as 0.50, or a number of tokens, such as tokens=50000.", "--budget", "tokens=0")]
    [InlineData("--run-id names the new run of --fork; a run that is resumed keeps its id.", "--run-id", "x")]
    [InlineData("The definition 'gone.json' does not exist.", "--definition", "gone.json")]
    public async Task Resume_with_a_mistake_is_refused_in_one_sentence_and_changes_nothing(string sentence, params string[] options)
    {
        await FailAsync();
        var before = FolderSnapshot.Of(_workspace.State);

        var result = await ResumeAsync(options);

        result.AssertPlainRefusal();
        Assert.Equal(sentence, result.ErrorLines[0]);
        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    public async Task Reason_may_be_as_long_as_over_HTTP()
    {
        await FailAsync();

        AssertRefused(await ResumeAsync("--reason", new string('x', 1_001)), "--reason takes at most 1000 characters; it has 1001.");
        (await ResumeAsync("--reason", new string('x', 1_000))).AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Resume_with_several_mistakes_names_them_all()
    {
        await _workspace.RunAsync(
            Workspace.One.Replace("\"steps\"", "\"inputs\": { \"word\": {} }, \"outputs\": {}, \"steps\"", StringComparison.Ordinal),
            """ "say": [ { "error": { "kind": "toolFailed" } } ] """, "-i", "word=x", "--run-id", "mine");
        var before = FolderSnapshot.Of(_workspace.State);

        var result = await ResumeAsync("--from", "sya", "-i", "world=y", "--output", "say=1", "--output", "no=1");

        result.AssertPlainRefusal();
        Assert.Equal(
            [
                "The workflow has no input 'world'. Did you mean 'word'?",
                "There is no step 'sya' to go on from. Did you mean 'say'?",
                "No other step uses the output of 'say', and neither do the outputs of the run, so giving it would change nothing.",
                "There is no step 'no' that could be given an output.",
            ],
            result.ErrorLines);
        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    public async Task Resume_with_a_definition_that_has_errors_shows_them_and_changes_nothing()
    {
        await FailAsync();
        var before = FolderSnapshot.Of(_workspace.State);
        var file = _workspace.Write("wrong.json", """{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["b"] } ] }""");

        var result = await ResumeAsync("--definition", file);

        result.AssertPlainRefusal();
        Assert.Contains("error unknown-step: Step 'a' depends on 'b', and there is no such step.", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    public async Task Completed_and_unknown_runs_are_left_as_they_are()
    {
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine");
        var before = FolderSnapshot.Of(_workspace.State);

        AssertDone(await ResumeAsync(), "Run 'mine' has completed, so there is nothing to resume.");
        AssertDone(await InvokeAsync("runs", "cancel", "mine"), "Run 'mine' has ended: it is completed.");
        AssertRefused(
            await ResumeAsync("--from", "alone"),
            $"Run 'mine' has completed, so there is nothing to resume. To run parts of it again: 'orchestrator resume mine --fork --from STEP " +
            $"--state {_workspace.State}'");
        AssertRefused(await InvokeAsync("resume", "nobody"), "There is no run 'nobody'.");
        AssertRefused(await InvokeAsync("resume", "../mine"), "There is no run '../mine'.");
        foreach (var operation in new[] { "suspend", "continue" })
        {
            AssertRefused(await InvokeAsync("runs", operation, "mine"), "Run 'mine' has ended: it is completed.");
        }

        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    [Trait("Trust", "10")]
    public async Task Fallback_of_a_step_that_made_no_attempt_uses_up_no_mock()
    {
        const string Definition = """
            { "slug": "full", "options": { "parallelBatchDelay": 0, "maxParallelism": 1, "queueSize": 1, "onStepFailure": "continue" },
              "steps": [
                { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "b" },
                { "id": "c", "prompt": "c", "options": { "fallback": { "value": "instead" } } },
                { "id": "d", "prompt": "d" } ] }
            """;
        const string Mocks = """ "c": [ { "output": "first" }, { "output": "second" } ] """;
        await _workspace.RunAsync(Definition, Mocks, "--run-id", "mine");
        var refused = (await ShowAsync()).GetProperty("steps").GetProperty("c");
        Assert.Equal(("completed", true, 0), (refused.GetProperty("status").GetString(), refused.GetProperty("fallbackUsed").GetBoolean(),
            refused.GetProperty("attempts").GetInt32()));

        (await ResumeAsync("--from", "c")).AssertExit(ExitCodes.Completed);

        Assert.Equal("first", (await ShowAsync()).GetProperty("outputs").GetProperty("c").GetString());
    }

    [Fact]
    public async Task Restart_is_a_new_run_with_the_same_inputs()
    {
        await _workspace.RunAsync(Workspace.One, null, "-i", "word=hello", "--run-id", "mine");

        var result = await InvokeAsync("runs", "restart", "mine", "--json");

        result.AssertExit(ExitCodes.Completed);
        var run = JsonDocument.Parse(result.Output).RootElement;
        Assert.NotEqual("mine", run.GetProperty("runId").GetString());
        Assert.Equal("hello", run.GetProperty("outputs").GetProperty("word").GetString());
    }

    [Fact]
    public async Task Suspended_run_is_continued_and_not_resumed()
    {
        await _workspace.RunAsync(Workspace.Three, null, "--run-id", "mine");
        await _workspace.MakeOpenAsync("mine", RunStatus.Suspended);
        var before = FolderSnapshot.Of(_workspace.State);

        AssertRefused(await ResumeAsync(), $"Run 'mine' is suspended: 'orchestrator runs continue mine --state {_workspace.State}' lets it go on.");
        AssertRefused(await InvokeAsync("runs", "suspend", "mine"), "Run 'mine' is suspended already.");
        Assert.Contains(
            "To let it go on: orchestrator runs continue mine --state", (await InvokeAsync("runs", "show", "mine")).Output, StringComparison.Ordinal);
        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    private async Task FailAsync() =>
        (await _workspace.RunAsync(Workspace.Three, FailsOnce, "--run-id", "mine")).AssertExit(ExitCodes.RunFailed);

    private Task<CommandResult> ResumeAsync(params string[] options) => InvokeAsync(["resume", "mine", .. options]);

    private Task<CommandResult> InvokeAsync(params string[] args) => Workspace.InvokeAsync([.. args, "--state", _workspace.State]);

    private async Task<JsonElement> ShowAsync(string runId = "mine") =>
        JsonDocument.Parse((await InvokeAsync("runs", "show", runId, "--json")).Output).RootElement;

    private static void AssertDone(CommandResult result, string sentence)
    {
        result.AssertExit(ExitCodes.Completed);
        Assert.StartsWith(sentence, result.Output, StringComparison.Ordinal);
    }

    private static void AssertRefused(CommandResult result, string sentence)
    {
        result.AssertExit(ExitCodes.WrongUsage);
        Assert.StartsWith(sentence, result.ErrorLines[0], StringComparison.Ordinal);
    }
}
