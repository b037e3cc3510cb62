using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>What cannot run is refused in plain sentences with exit code 2, and nothing of the run is written.</summary>
public sealed class RunCommandRefusalTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Missing_input_is_named_with_the_step_that_uses_it() =>
        AssertRefused(await _workspace.RunAsync(Workspace.One), "The input 'word' is missing; step 'say' uses it.");

    [Fact]
    public async Task Missing_declared_input_is_named_with_its_description()
    {
        const string Definition = """
            { "inputs": { "topic": { "required": true, "description": "What it is about." } }, "steps": [ { "id": "say", "prompt": "{{topic}}" } ] }
            """;

        AssertRefused(await _workspace.RunAsync(Definition), "The input 'topic' is missing (What it is about).");
    }

    [Fact]
    public async Task Misspelt_input_is_refused_with_a_suggestion_and_the_missing_one_is_named_too()
    {
        const string Definition = """{ "inputs": { "topic": { "required": true } }, "steps": [ { "id": "say", "prompt": "{{topic}}" } ] }""";

        AssertRefused(
            await _workspace.RunAsync(Definition, null, "-i", "topik=tea"),
            "The input 'topic' is missing.", "The workflow has no input 'topik'. Did you mean 'topic'?");
    }

    [Fact]
    public async Task Unknown_dependency_is_named_with_its_place_and_a_suggestion() =>
        AssertRefused(
            await _workspace.RunAsync("""
                { "steps": [
                  { "id": "clarify", "prompt": "A." },
                  { "id": "sum", "prompt": "B.", "dependsOn": ["clarfy"] } ] }
                """),
            "line 3, column 47: error unknown-step: Step 'sum' depends on 'clarfy', and there is no such step. Did you mean 'clarify'?");

    [Fact]
    public async Task Cycle_is_shown_step_by_step() =>
        AssertRefused(
            await _workspace.RunAsync("""
                { "steps": [ { "id": "a", "prompt": "A.", "dependsOn": ["b"] }, { "id": "b", "prompt": "B.", "dependsOn": ["a"] } ] }
                """),
            "error dependency-cycle: The steps wait for one another: a → b → a.");

    [Fact]
    public async Task Several_mistakes_are_all_named_one_line_each() =>
        AssertRefused(
            await _workspace.RunAsync("""
                { "steps": [ { "id": "a", "prompt": "A.", "dependsOn": ["x"] },
                             { "id": "a", "prompt": "B." },
                             { "id": "c", "prompt": "C.", "dependsOn": ["c"] } ] }
                """),
            "there is no such step", "two steps with the id 'a'", "depends on itself");

    [Fact]
    public async Task Missing_prompt_is_named_with_the_nearest_one()
    {
        _workspace.Write("prompts/greet.md", "Hello.");

        AssertRefused(
            await _workspace.RunAsync("""{ "steps": [ { "id": "say", "promptId": "great" } ] }"""),
            "There is no prompt 'great' in ");
    }

    [Fact]
    public async Task Broken_prompt_file_is_named_with_the_line()
    {
        _workspace.Write("prompts/greet.md", "Hello\n{{#if}}");

        AssertRefused(await _workspace.RunAsync("""{ "steps": [ { "id": "say", "promptId": "greet" } ] }"""), "greet.md");
    }

    [Fact]
    public async Task Missing_definition_is_named() =>
        AssertRefused(
            await Workspace.InvokeAsync("run", _workspace.Path("nowhere.json"), "--state", _workspace.State), "nowhere.json' does not exist.");

    [Fact]
    public async Task Folder_instead_of_a_definition_is_named_as_one() =>
        AssertRefused(
            await Workspace.InvokeAsync("run", Directory.CreateDirectory(_workspace.Path("folder")).FullName, "--state", _workspace.State),
            "folder' is a folder.");

    [Fact]
    public async Task File_under_a_file_cannot_be_read()
    {
        var file = _workspace.Write("file", "");

        AssertRefused(await Workspace.InvokeAsync("run", Path.Combine(file, "workflow.json"), "--state", _workspace.State), "The definition '");
    }

    [Theory]
    [InlineData("steps: no", "This is not valid JSON")]
    [InlineData("", "This is not valid JSON")]
    [InlineData("{ \"steps\": [ ", "This is not valid JSON")]
    [InlineData("[]", "A workflow definition is an object with 'steps'.")]
    [InlineData("null", "A workflow definition is an object with 'steps'.")]
    [InlineData("{}", "The workflow has no steps.")]
    [InlineData("{ \"steps\": [] }", "The workflow has no steps.")]
    public async Task Text_that_is_no_definition_is_refused_with_its_place(string text, string reason)
    {
        var result = await _workspace.RunAsync(text);

        AssertRefused(result, reason);
        Assert.StartsWith("line 1, column ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definition_that_is_no_text_is_refused()
    {
        var file = _workspace.Path("binary.json");
        await File.WriteAllBytesAsync(file, [0xFF, 0xFE, 0x00, 0x80]);

        AssertRefused(await Workspace.InvokeAsync("run", file, "--state", _workspace.State), "The text is not valid UTF-8.");
    }

    [Fact]
    public async Task Mock_for_an_unknown_step_is_refused_with_a_suggestion() =>
        AssertRefused(
            await _workspace.RunAsync(Workspace.One, """ "sai": [ { "output": "x" } ] """, "-i", "word=x"),
            "The mock 'sai' names a step 'sai' that the definition does not have. Did you mean 'say'?");

    [Theory]
    [InlineData("{", "The mocks are not valid JSON")]
    [InlineData("{ \"steps\": { \"say\": [] } }", "'say' needs a list with at least one answer")]
    [InlineData("{ \"steps\": { \"say\": [ { \"error\": { \"kind\": \"tired\" } } ] } }", "There is no error kind 'tired'")]
    public async Task Mocks_that_are_none_are_refused_with_the_file_s_name(string mocks, string reason)
    {
        var file = _workspace.Write("bad.json", mocks);

        AssertRefused(
            await Workspace.InvokeAsync("run", _workspace.Write("w.json", Workspace.One), "-i", "word=x", "--mocks", file, "--state", _workspace.State),
            $"{file}: ");
        AssertRefused(
            await Workspace.InvokeAsync("run", _workspace.Path("w.json"), "-i", "word=x", "--mocks", file, "--state", _workspace.State), reason);
    }

    [Theory]
    [InlineData("-i", "word", "'word' is no input. Write -i key=value, or -i key=@file.")]
    [InlineData("-i", "=x", "'=x' is no input.")]
    [InlineData("-i", "word=@/nowhere/text", "The input file '/nowhere/text' does not exist.")]
    [InlineData("--inputs", "/nowhere/inputs.json", "The inputs file '/nowhere/inputs.json' does not exist.")]
    [InlineData("--mocks", "/nowhere/mocks.json", "The mocks file '/nowhere/mocks.json' does not exist.")]
    [InlineData("--run-id", "no spaces", "The run id 'no spaces' must have 1 to 64 letters, digits, _ or -.")]
    [InlineData("--run-id", "../up", "The run id '../up' must have")]
    [InlineData("--stream", "sai", "There is no step 'sai' to stream. Did you mean 'say'?")]
    [InlineData("--model", "simulated:latency=soon", "'latency=soon' is wrong")]
    public async Task Option_with_a_wrong_value_is_refused(string option, string value, string reason)
    {
        var file = _workspace.Write("workflow.json", Workspace.One);

        AssertRefused(await Workspace.InvokeAsync("run", file, "-i", "word=x", option, value, "--state", _workspace.State), reason);
    }

    [Theory]
    [InlineData("[1]", "must hold a JSON object")]
    [InlineData("{ word", "is not valid JSON")]
    public async Task Inputs_file_that_holds_no_object_is_refused(string text, string reason) =>
        AssertRefused(await _workspace.RunAsync(Workspace.One, null, "--inputs", _workspace.Write("mine.json", text)), reason);

    [Fact]
    public async Task Taken_run_id_is_refused_and_the_run_stays_as_it_was()
    {
        await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "mine");
        var record = Path.Combine(_workspace.State, "runs", "mine", "run.json");
        var before = await File.ReadAllBytesAsync(record);

        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=y", "--run-id", "mine");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Equal("There is a run 'mine' already.", Assert.Single(result.ErrorLines));
        Assert.Equal(before, await File.ReadAllBytesAsync(record));
    }

    [Fact]
    public async Task State_folder_in_use_is_refused_with_its_owner()
    {
        await using var owner = FileJournal.Open(Path.Combine(_workspace.State, "journal"), TimeProvider.System);

        AssertRefused(
            await _workspace.RunAsync(Workspace.One, null, "-i", "word=x"), $"is in use by process {Environment.ProcessId} on host");
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    public async Task State_folder_that_cannot_be_made_is_refused(string state)
    {
        _workspace.Write("file", "");

        var result = await Workspace.InvokeAsync(
            "run", _workspace.Write("w.json", Workspace.One), "-i", "word=x", "--mocks", _workspace.Mocks(), "--state", _workspace.Path(state));

        AssertRefused(result, "cannot be written");
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("definitions")]
    [InlineData("journal")]
    public async Task State_folder_with_a_file_where_a_folder_must_be_is_refused(string name)
    {
        _workspace.Write("state/" + name, "");

        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=x");

        AssertRefused(result, _workspace.State);
    }

    [Theory]
    [InlineData("run", "w.json", "--nonsense")]
    [InlineData("run", "w.json", "--max-parallelism", "0")]
    [InlineData("run", "w.json", "--max-parallelism", "many")]
    [InlineData("run", "w.json", "--storage", "paper")]
    [InlineData("run")]
    [InlineData("runs")]
    [InlineData("walk")]
    [InlineData("serve", "--port", "70000")]
    [InlineData("serve", "--port", "-1")]
    public async Task Wrong_command_line_is_refused_with_the_way_to_the_help(params string[] args)
    {
        var result = await Workspace.InvokeAsync(args);

        AssertPlain(result);
        Assert.Equal(2, result.ErrorLines.Count);
        Assert.Contains("--help", result.ErrorLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Max_parallelism_0_is_refused_with_the_least_value()
    {
        var result = await Workspace.InvokeAsync("run", "w.json", "--max-parallelism", "0");

        Assert.Equal("--max-parallelism must be at least 1.", result.ErrorLines[0]);
    }

    /// <summary>One line for each reason, in this order, and no trace of a run.</summary>
    private void AssertRefused(CommandResult result, params string[] reasons)
    {
        AssertPlain(result);
        Assert.True(reasons.Length == result.ErrorLines.Count, result.Error);
        foreach (var (reason, line) in reasons.Zip(result.ErrorLines))
        {
            Assert.Contains(reason, line, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(Path.Combine(_workspace.State, "runs")), "something of the run was written");
    }

    private static void AssertPlain(CommandResult result)
    {
        Assert.True(result.ExitCode == ExitCodes.WrongUsage, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Empty(result.Output);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }
}
