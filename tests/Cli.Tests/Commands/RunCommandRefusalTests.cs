namespace Orchestrator.Cli.Tests.Commands;

/// <summary>What cannot run is refused in plain sentences with exit code 2, and nothing of the run is written.</summary>
public sealed class RunCommandRefusalTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Missing_input_is_named_with_the_step_that_uses_it() =>
        _workspace.AssertRefused(await _workspace.RunAsync(Workspace.One), "The input 'word' is missing; step 'say' uses it.");

    [Fact]
    public async Task Output_that_takes_what_nothing_has_is_refused_like_a_step_that_does()
    {
        const string Definition = """
            { "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "{{a}} {{word}}", "dependsOn": ["a"] } ],
              "outputs": { "o": "aa", "r": "stepz.b", "ok": "b", "w": "word" } }
            """;

        _workspace.AssertRefused(
            await _workspace.RunAsync(Definition),
            "The input 'aa' is missing; the output 'o' takes it.", "The input 'stepz' is missing; the output 'r' takes it.",
            "The input 'word' is missing; step 'b' uses it.");
        var validated = await Workspace.InvokeAsync("validate", _workspace.Path("workflow.json"));
        Assert.Contains("these names are taken for inputs: word, aa, stepz.", validated.Output + validated.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_declared_input_is_named_with_its_description()
    {
        const string Definition = """
            { "inputs": { "topic": { "required": true, "description": "What it is about." } }, "steps": [ { "id": "say", "prompt": "{{topic}}" } ] }
            """;

        _workspace.AssertRefused(await _workspace.RunAsync(Definition), "The input 'topic' is missing (What it is about).");
    }

    [Fact]
    public async Task Misspelt_input_is_refused_with_a_suggestion_and_the_missing_one_is_named_too()
    {
        const string Definition = """{ "inputs": { "topic": { "required": true } }, "steps": [ { "id": "say", "prompt": "{{topic}}" } ] }""";

        _workspace.AssertRefused(
            await _workspace.RunAsync(Definition, null, "-i", "topik=tea"),
            "The input 'topic' is missing.", "The workflow has no input 'topik'. Did you mean 'topic'?");
    }

    [Fact]
    public async Task Unknown_dependency_is_named_with_its_place_and_a_suggestion() =>
        _workspace.AssertRefused(
            await _workspace.RunAsync("""
                { "steps": [
                  { "id": "clarify", "prompt": "A." },
                  { "id": "sum", "prompt": "B.", "dependsOn": ["clarfy"] } ] }
                """),
            "line 3, column 48: error unknown-step: Step 'sum' depends on 'clarfy', and there is no such step. Did you mean 'clarify'?");

    [Fact]
    public async Task Cycle_is_shown_step_by_step() =>
        _workspace.AssertRefused(
            await _workspace.RunAsync("""
                { "steps": [ { "id": "a", "prompt": "A.", "dependsOn": ["b"] }, { "id": "b", "prompt": "B.", "dependsOn": ["a"] } ] }
                """),
            "error dependency-cycle: The steps wait for one another: a → b → a.");

    [Fact]
    public async Task Several_mistakes_are_all_named_one_line_each() =>
        _workspace.AssertRefused(
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

        _workspace.AssertRefused(
            await _workspace.RunAsync("""{ "steps": [ { "id": "say", "promptId": "great" } ] }"""),
            "There is no prompt 'great' in ");
    }

    [Fact]
    public async Task Broken_prompt_is_named_with_its_file_and_place()
    {
        _workspace.Write("prompts/greet.md", "Hello\n{{#if}}");

        _workspace.AssertRefused(
            await _workspace.RunAsync("""{ "steps": [ { "id": "say", "promptId": "greet" } ] }"""), "greet.md:2: ");
    }

    [Fact]
    public async Task Missing_definition_is_named() =>
        _workspace.AssertRefused(
            await Workspace.InvokeAsync("run", _workspace.Path("nowhere.json"), "--state", _workspace.State), "nowhere.json' does not exist.");

    [Fact]
    public async Task Folder_instead_of_a_definition_is_named_as_one() =>
        _workspace.AssertRefused(
            await Workspace.InvokeAsync("run", Directory.CreateDirectory(_workspace.Path("folder")).FullName, "--state", _workspace.State),
            "folder' is a folder.");

    [Fact]
    public async Task File_under_a_file_cannot_be_read()
    {
        var file = _workspace.Write("file", "");

        _workspace.AssertRefused(
            await Workspace.InvokeAsync("run", Path.Combine(file, "workflow.json"), "--state", _workspace.State), "The definition '");
    }

    [Theory]
    [InlineData("steps: no", "'steps' of the workflow must be a list of steps; it is a text.")]
    [InlineData("", "empty")]
    [InlineData("{ \"steps\": [ ", "This is not valid JSON")]
    [InlineData("[]", "A workflow definition is an object with 'steps'.")]
    [InlineData("null", "A workflow definition is an object with 'steps'.")]
    [InlineData("{}", "The workflow has no steps.")]
    [InlineData("{ \"steps\": [] }", "The workflow has no steps.")]
    public async Task Text_that_is_no_definition_is_refused_with_its_place(string text, string reason)
    {
        var result = await _workspace.RunAsync(text);

        _workspace.AssertRefused(result, reason);
        Assert.Contains("workflow.json: line 1, column ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definition_that_is_no_text_is_refused()
    {
        var file = _workspace.Path("binary.json");
        await File.WriteAllBytesAsync(file, [0xFF, 0xFE, 0x00, 0x80]);

        _workspace.AssertRefused(await Workspace.InvokeAsync("run", file, "--state", _workspace.State), "The text is not valid UTF-8.");
    }

    [Fact]
    public async Task Mock_for_an_unknown_step_is_refused_with_a_suggestion() =>
        _workspace.AssertRefused(
            await _workspace.RunAsync(Workspace.One, """ "sai": [ { "output": "x" } ] """, "-i", "word=x"),
            "The mock 'sai' names a step 'sai' that the definition does not have. Did you mean 'say'?");

    [Theory]
    [InlineData("{", "The mocks are not valid JSON")]
    [InlineData("{ \"steps\": { \"say\": [] } }", "'say' needs a list with at least one answer")]
    [InlineData("{ \"steps\": { \"say\": [ { \"error\": { \"kind\": \"tired\" } } ] } }", "There is no error kind 'tired'")]
    public async Task Mocks_that_are_none_are_refused_with_the_file_s_name(string mocks, string reason)
    {
        var file = _workspace.Write("bad.json", mocks);

        _workspace.AssertRefused(
            await Workspace.InvokeAsync(
                "run", _workspace.Write("w.json", Workspace.One), "-i", "word=x", "--mocks", file, "--state", _workspace.State),
            $"{file}: ");
        _workspace.AssertRefused(
            await Workspace.InvokeAsync("run", _workspace.Path("w.json"), "-i", "word=x", "--mocks", file, "--state", _workspace.State), reason);
    }

    [Theory]
    [InlineData("-i", "word", "'word' is no input. Write -i key=value, or -i key=@file.")]
    [InlineData("-i", "=x", "'=x' is no input.")]
    [InlineData("-i", "word=@/nowhere/text", "The input file '/nowhere/text' does not exist.")]
    [InlineData("-i", "word=@", "The input file has no name.")]
    [InlineData("--inputs", "/nowhere/inputs.json", "The inputs file '/nowhere/inputs.json' does not exist.")]
    [InlineData("--mocks", "/nowhere/mocks.json", "The mocks file '/nowhere/mocks.json' does not exist.")]
    [InlineData(
        "--run-id", "no spaces",
        "The run id 'no spaces' must have 1 to 64 letters a-z or A-Z, digits, _ or -, and be none of the names that Windows keeps for devices")]
    [InlineData("--run-id", "../up", "The run id '../up' must have")]
    [InlineData("--stream", "sai", "There is no step 'sai' to stream. Did you mean 'say'?")]
    [InlineData("--model", "simulated:latency=soon", "'latency=soon' is wrong")]
    [InlineData("--model", "", "Step 'say' asks a model whose name is empty: name one, or leave it out.")]
    public async Task Option_with_a_wrong_value_is_refused(string option, string value, string reason)
    {
        var file = _workspace.Write("workflow.json", Workspace.One);

        _workspace.AssertRefused(await Workspace.InvokeAsync("run", file, "-i", "word=x", option, value, "--state", _workspace.State), reason);
    }

    [Theory]
    [InlineData("[1]", "must hold a JSON object")]
    [InlineData("{ word", "is not valid JSON")]
    public async Task Inputs_file_that_holds_no_object_is_refused(string text, string reason) =>
        _workspace.AssertRefused(await _workspace.RunAsync(Workspace.One, null, "--inputs", _workspace.Write("mine.json", text)), reason);
}
