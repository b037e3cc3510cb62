namespace Orchestrator.Cli.Tests.Commands;

/// <summary>Which steps mocks cover, and what answers for the rest.</summary>
[Trait("Trust", "10")]
public sealed class MockCoverTests : IDisposable
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0 }, "outputs": { "web": "web", "both": "both", "text": "text" }, "steps": [
          { "id": "ask", "prompt": "x", "options": { "maxTokens": 2 } },
          { "id": "web", "type": "tool", "tool": "http_request", "input": { "url": "https://example.com" }, "options": { "timeout": 1000 } },
          { "id": "text", "type": "tool", "tool": "template", "input": { "template": "own" } },
          { "id": "both", "type": "merge", "mode": "concat", "from": ["text"] } ] }
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Validate_names_what_has_no_mock_and_what_has_no_step()
    {
        var file = _workspace.Write("w.json", Definition);

        var wrong = await Workspace.InvokeAsync(
            "validate", file, "--mocks", _workspace.Write("m.json", """{ "steps": { "aks": [ { "output": 1 } ] } }"""), "--json");
        var right = await Workspace.InvokeAsync(
            "validate", file, "--mocks", _workspace.Write("m.json", """{ "steps": { "*": [ { "output": 1 } ] } }"""), "--json");

        wrong.AssertExit(2);
        Assert.Equal(
            ["mock-unknown-step", "mock-missing-step"],
            wrong.Json().GetProperty("diagnostics").EnumerateArray().Select(finding => finding.GetProperty("code").GetString()));
        Assert.Contains("'ask', 'web'", wrong.Output, StringComparison.Ordinal);
        right.AssertExit(0);
    }

    [Fact]
    public async Task Star_covers_prompts_and_tools_that_reach_out_and_a_name_covers_any_step()
    {
        var result = await _workspace.RunAsync(Definition, "\"both\": [ { \"output\": \"named\" } ]", "--json");

        result.AssertExit(0);
        var outputs = result.Json().GetProperty("outputs");
        Assert.Equal(
            ("ok", "own", "named"),
            (outputs.GetProperty("web").GetString(), outputs.GetProperty("text").GetString(), outputs.GetProperty("both").GetString()));
        Assert.Contains("Models: mocks for ask, web, both.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rest_is_simulated_when_that_is_asked_for_and_no_tool_is_called()
    {
        var mocks = _workspace.Write("m.json", """{ "steps": { "both": [ { "output": "named" } ] } }""");

        var result = await Workspace.InvokeAsync(
            "run", _workspace.Write("w.json", Definition), "--state", _workspace.State, "--mocks", mocks, "--mocks-else", "simulated:latency=0",
            "--json");

        result.AssertExit(0);
        Assert.True(result.Json().GetProperty("outputs").GetProperty("web").GetProperty("simulated").GetBoolean());
        Assert.Contains("Models: the simulated model for ask, web; mocks for both.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-6-luna", "--mocks-else takes the simulated model")]
    [InlineData("simulated:x=1", "there is no option 'x'")]
    public async Task Another_model_may_not_answer_beside_mocks(string model, string reason) =>
        _workspace.AssertRefused(await _workspace.RunAsync(Definition, null, "--mocks-else", model), reason);
}
