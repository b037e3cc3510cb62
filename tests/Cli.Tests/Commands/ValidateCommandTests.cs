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
        Assert.Equal($"{file}: line 2, column 45: error unknown-step: Step 'a' depends on 'sumary', and there is no such step. Did you mean 'summary'?", lines[0]);
        Assert.StartsWith("\"sumary\"", lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Place_in_a_very_long_line_is_shown_with_its_surroundings_only()
    {
        var file = _workspace.Write("workflow.json", $$"""{ "name": "{{new string('x', 5000)}}", "nmae": 1, "steps": [ { "id": "a", "prompt": "x" } ] }""");

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
            ["code", "severity", "pointer", "line", "column", "message", "suggestion", "step"], finding.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("missing-property", "error", "/steps/0", "a"), (
            finding.GetProperty("code").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("pointer").GetString(),
            finding.GetProperty("step").GetString()));
    }
}
