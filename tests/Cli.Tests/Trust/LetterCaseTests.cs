using System.Text.Json;

namespace Orchestrator.Cli.Tests.Trust;

/// <summary>Letter case counts in every name; what becomes the name of a file must not differ in letter case only.</summary>
[Trait("Trust", "13")]
public sealed class LetterCaseTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Inputs_that_differ_only_in_case_both_arrive_and_the_run_can_be_deleted()
    {
        var inputs = _workspace.Write("inputs.json", """{ "Id": 1, "id": { "A": 2, "a": 3 } }""");

        var run = await _workspace.RunAsync(
            """{ "steps": [ { "id": "say", "type": "merge", "from": { "One": "inputs.Id", "one": "inputs.id.A", "x": "inputs.id.a" } } ] }""", null,
            "--inputs", inputs, "--run-id", "r", "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("""{"Id":1,"id":{"A":2,"a":3},"say":{"One":1,"one":2,"x":3}}""", Compact(run.Json().GetProperty("outputs")));
        (await Workspace.InvokeAsync("resume", "r", "--fork", "--from", "say", "--state", _workspace.State, "--json")).AssertExit(
            ExitCodes.Completed);
        (await Workspace.InvokeAsync("runs", "delete", "r", "--state", _workspace.State)).AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Members_of_a_models_json_that_differ_only_in_case_both_reach_the_next_step()
    {
        var run = await _workspace.RunAsync(
            """
            { "steps": [
              { "id": "a", "prompt": "x", "options": { "outputTransform": "parseJson" } },
              { "id": "b", "type": "merge", "from": { "upper": "a_transformed.Id", "lower": "a_transformed.id", "text": "a" },
              "dependsOn": ["a"] } ] }
            """,
            """ "a": [ { "output": "{\"Id\":1,\"id\":2}" } ] """, "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(
            """{"upper":1,"lower":2,"text":"{\u0022Id\u0022:1,\u0022id\u0022:2}"}""", Compact(run.Json().GetProperty("outputs").GetProperty("b")));
    }

    [Fact]
    public async Task Members_of_a_tools_output_that_differ_only_in_case_are_two()
    {
        var run = await Workspace.InvokeAsync(
            "run", _workspace.Write(
                "w.json",
                """{ "steps": [ { "id": "t", "type": "tool", "tool": "merge", "input": { "mode": "object", "values": { "X": 1, "x": 2 } } } ] }"""),
            "--state", _workspace.State, "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("""{"X":1,"x":2}""", Compact(run.Json().GetProperty("outputs").GetProperty("t")));
    }

    [Theory]
    [InlineData("""{ "id": "say", "prompt": "Say {{v}}.", "inputMapping": { "v": "inputs.user.ID" } }""")]
    [InlineData("""{ "id": "say", "prompt": "Say {{v}}.", "inputMapping": { "v": { "expr": "inputs.user.ID" } } }""")]
    [InlineData("""{ "id": "say", "prompt": "Say {{inputs.user.ID}}." }""")]
    [InlineData("""{ "id": "say", "prompt": "Say it.", "when": "inputs.user.ID == 1" }""")]
    public async Task Name_in_another_case_names_nothing(string step)
    {
        var run = await _workspace.RunAsync($$"""{ "steps": [ {{step}} ] }""", null, "-i", """user={"id":1}""", "--json");

        Assert.NotEqual(ExitCodes.Completed, run.ExitCode);
        Assert.Contains("ID", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{ "steps": [ { "id": "Summary", "prompt": "x" }, { "id": "summary", "prompt": "y" } ] }""",
        "The step ids 'Summary' and 'summary' differ only in letter case.")]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "outputKey": "Out" }, { "id": "b", "prompt": "y", "outputKey": "out" } ] }""",
        "The output keys 'Out' and 'out' differ only in letter case.")]
    [InlineData(
        """{ "steps": [ { "id": "a-b", "prompt": "x" }, { "id": "A_b", "prompt": "y" } ] }""",
        "The output keys 'a_b' and 'A_b' differ only in letter case.")]
    [InlineData(
        """{ "inputs": { "q": {}, "Q": {} }, "steps": [ { "id": "a", "prompt": "x" } ] }""", "The inputs 'q' and 'Q' differ only in letter case.")]
    public async Task Names_of_a_definition_that_differ_only_in_case_are_refused(string definition, string reason)
    {
        var result = await Workspace.InvokeAsync("validate", _workspace.Write("w.json", definition));

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Contains(reason, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "steps": [ { "id": "con", "prompt": "x" } ] }""")]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "outputKey": "NUL" } ] }""")]
    [InlineData("""{ "inputs": { "Com1": {} }, "steps": [ { "id": "a", "prompt": "x" } ] }""")]
    [InlineData("""{ "slug": "lpt9", "steps": [ { "id": "a", "prompt": "x" } ] }""")]
    public async Task Names_of_devices_are_refused_in_a_definition(string definition)
    {
        var result = await Workspace.InvokeAsync("validate", _workspace.Write("w.json", definition));

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Contains("Windows", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "w.json", "--run-id", "Aux")]
    [InlineData("prompts", "add", "p.md", "--slug", "prn")]
    [InlineData("workflows", "add", "w.json", "--slug", "one", "--app", "con")]
    [InlineData("workflows", "add", "w.json", "--slug", "nul")]
    public async Task Names_of_devices_are_refused_by_commands(params string[] command)
    {
        _workspace.Write("w.json", """{ "steps": [ { "id": "a", "prompt": "x" } ] }""");
        _workspace.Write("p.md", "Say it.");

        var result = await Workspace.InvokeAsync(
            [.. command.Select(word => word.Contains('.', StringComparison.Ordinal) ? _workspace.Path(word) : word), "--state", _workspace.State]);

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Contains("Windows", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_stands_twice_in_a_file_is_refused_with_its_place() => _workspace.AssertRefused(
        await _workspace.RunAsync(Workspace.One, null, "--inputs", _workspace.Write("mine.json", "{ \"word\": 1,\n  \"word\": 2 }")),
        "line 2, column 3: 'word' is given twice in one object");

    [Fact]
    public async Task Member_that_stands_twice_in_a_value_is_refused() => _workspace.AssertRefused(
        await _workspace.RunAsync(Workspace.One, null, "-i", """word={"a":1,"a":2}"""), "line 1, column 8: 'a' is given twice in one object");

    [Fact]
    public async Task Member_that_stands_twice_in_a_mocked_output_is_refused_with_its_place() => _workspace.AssertRefused(
        await _workspace.RunAsync(Workspace.One, """ "say": [ { "output": { "list": [ { "a": 1, "a": 2 } ] } } ] """, "-i", "word=x"),
        "'a' is given twice.");

    [Fact]
    public async Task Member_that_stands_twice_in_a_models_json_counts_as_the_last()
    {
        var run = await _workspace.RunAsync(
            """{ "steps": [ { "id": "a", "prompt": "x", "options": { "outputTransform": "parseJson" } } ], "outputs": { "v": "a_transformed" } }""",
            """ "a": [ { "output": "{\"a\":1,\"a\":2}" } ] """, "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("""{"a":2}""", Compact(run.Json().GetProperty("outputs").GetProperty("v")));
    }

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value);
}
