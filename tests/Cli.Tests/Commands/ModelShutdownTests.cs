namespace Orchestrator.Cli.Tests.Commands;

/// <summary>Models that their provider shuts down.</summary>
[Trait("Trust", "22")]
public sealed class ModelShutdownTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(
        """{ "options": { "defaultModel": "gpt-4o-mini" }, "steps": [ { "id": "a", "prompt": "x" } ] }""", "/options/defaultModel", "2027-01-14",
        "gpt-6-luna")]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "options": { "model": "openai/gpt-4o-2024-11-20" } } ] }""", "/steps/0/options/model",
        "2027-01-14", "gpt-6.1-terra")]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "options": { "models": ["gpt-6-luna", "gpt-5-nano"] } } ] }""", "/steps/0/options/models/1",
        "2026-12-11", "gpt-6-luna")]
    public async Task Validate_warns_with_place_date_and_successor(string definition, string pointer, string date, string successor)
    {
        var result = await Workspace.InvokeAsync("validate", _workspace.Write("w.json", definition), "--json");

        result.AssertExit(0);
        var finding = Assert.Single(result.Json().GetProperty("diagnostics").EnumerateArray());
        Assert.Equal(
            ("model-shutdown", "warning", pointer),
            (finding.GetProperty("code").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("pointer").GetString()));
        Assert.Contains(date, finding.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(successor, finding.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_warns_once_of_the_model_that_it_is_given()
    {
        var result = await _workspace.RunAsync(
            """{ "options": { "defaultModel": "gpt-4o-mini" }, "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x" },""" +
            """ { "id": "c", "prompt": "x", "options": { "model": "gpt-5" } } ] }""",
            null, "--json");
        var other = await _workspace.RunAsync("""{ "steps": [ { "id": "a", "prompt": "x" } ] }""", null, "--json", "--model", "o3");

        Assert.Equal(2, result.Json().GetProperty("warnings").GetArrayLength());
        Assert.Contains("2026-12-11", Assert.Single(other.Json().GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_without_a_date_are_not_warned_of()
    {
        var result = await _workspace.RunAsync(
            """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "x", "options": { "models": ["gpt-6.1-terra",""" +
            """ "gpt-5.4-mini"] } } ] }""", null, "--json");

        Assert.Empty(result.Json().GetProperty("warnings").EnumerateArray());
    }
}
