namespace Orchestrator.Cli.Tests.Commands;

public sealed class ValidateCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Definition_without_mistakes_is_valid()
    {
        var result = await Workspace.InvokeAsync("validate", _workspace.Write("workflow.json", Workspace.Three));

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("3 steps, nothing wrong", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistake_is_shown_with_its_line_and_a_caret_below_the_place()
    {
        var file = _workspace.Write("workflow.json", """
            { "steps": [
              { "id": "a", "prompt": "x", "dependsOn": ["sumary"] },
              { "id": "summary", "prompt": "y" } ] }
            """);

        var result = await Workspace.InvokeAsync("validate", file);

        result.AssertExit(ExitCodes.WrongUsage);
        var lines = result.Output.Split(Environment.NewLine);
        Assert.Equal(
            $"{file}: line 2, column 45: error unknown-step: Step 'a' depends on 'sumary', and there is no such step. Did you mean 'summary'?",
            lines[0]);
        Assert.StartsWith("\"sumary\"", lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Literal_input_of_a_tool_is_checked_against_its_schema()
    {
        var file = _workspace.Write("workflow.json", """
            { "steps": [
              { "id": "a", "type": "tool", "tool": "delay", "input": { "ms": "long" } },
              { "id": "b", "type": "tool", "tool": "delay", "input": { "ms": "{{inputs.ms}}" } } ] }
            """);

        var result = await Workspace.InvokeAsync("validate", file, "--json");

        result.AssertExit(ExitCodes.Completed);
        var finding = Assert.Single(result.Json().GetProperty("diagnostics").EnumerateArray());
        Assert.Equal("wrong-tool-input", finding.GetProperty("code").GetString());
        Assert.Equal("/steps/0/input/ms", finding.GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Place_in_a_very_long_line_is_shown_with_its_surroundings_only()
    {
        var file = _workspace.Write(
            "workflow.json", $$"""{ "name": "{{new string('x', 5000)}}", "nmae": 1, "steps": [ { "id": "a", "prompt": "x" } ] }""");

        var lines = (await Workspace.InvokeAsync("validate", file)).Output.Split(Environment.NewLine);

        Assert.True(lines[1].Length < 200);
        Assert.StartsWith("\"nmae\"", lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_contracts_members()
    {
        var result = await Workspace.InvokeAsync("validate", _workspace.Write("workflow.json", """{ "steps": [ { "id": "a" } ] }"""), "--json");

        result.AssertExit(ExitCodes.WrongUsage);
        var document = result.Json();
        Assert.Equal(["valid", "diagnostics"], document.EnumerateObject().Select(member => member.Name));
        var finding = Assert.Single(document.GetProperty("diagnostics").EnumerateArray());
        Assert.Equal(
            ["code", "severity", "pointer", "line", "column", "message", "suggestion", "step"],
            finding.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("missing-property", "error", "/steps/0", "a"), (
            finding.GetProperty("code").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("pointer").GetString(),
            finding.GetProperty("step").GetString()));
    }

    [Theory]
    [InlineData("ten-mistakes.json", "\"dependson\"", 9, 55)]
    [InlineData("ten-mistakes.yaml", "dependson", 13, 5)]
    public async Task Ten_mistakes_are_ten_findings_each_with_its_place(string file, string fifth, int line, int column)
    {
        var path = Path.Combine(AppContext.BaseDirectory, file);

        var text = await Workspace.InvokeAsync("validate", path);
        var json = await Workspace.InvokeAsync("validate", path, "--json");

        text.AssertExit(ExitCodes.WrongUsage);
        json.AssertExit(ExitCodes.WrongUsage);
        var lines = text.Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal($"{path}: 10 mistakes.", lines[^1]);
        Assert.Equal((10 * 3) + 1, lines.Length);
        var findings = json.Json().GetProperty("diagnostics").EnumerateArray().ToList();
        Assert.Equal(10, findings.Count);
        Assert.Equal((line, column), (findings[4].GetProperty("line").GetInt32(), findings[4].GetProperty("column").GetInt32()));
        Assert.StartsWith($"{path}: line {line}, column {column}: error unknown-property", lines[12], StringComparison.Ordinal);
        Assert.StartsWith(fifth, lines[13][lines[14].IndexOf('^', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definition_in_yaml_is_validated_and_run()
    {
        var file = _workspace.Write("flow.yaml", """
            slug: three
            steps:
              - id: first
                prompt: |
                  Say {{word}}.
              - { id: second, prompt: "Then {{first}}", dependsOn: [first] }
            """);

        Assert.Contains("2 steps, nothing wrong", (await Workspace.InvokeAsync("validate", file)).Output, StringComparison.Ordinal);
        var run = await Workspace.InvokeAsync("run", file, "-i", "word=x", "--state", _workspace.State, "--mocks", _workspace.Mocks(), "--no-color");

        run.AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Warnings_leave_a_definition_valid_and_names_taken_for_inputs_are_listed()
    {
        var file = _workspace.Write("flow.yaml", """
            steps:
              - { id: a, prompt: "{{topic}} in {{tone}}", when: "1 == 1" }
              - { id: b, type: tool, tool: htp_request }
            """);

        var result = await Workspace.InvokeAsync("validate", file);

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("warning constant-condition", result.Output, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'http_request'?", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{file}: 2 steps, 2 warnings.", result.Output, StringComparison.Ordinal);
        Assert.Contains("these names are taken for inputs: topic, tone.", result.Output, StringComparison.Ordinal);
    }
}
