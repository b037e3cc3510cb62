namespace Orchestrator.Cli.Tests.Commands;

public sealed class PlaceholderTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("{{a}} {{a.status}} {{a.length}}", "well completed 4")]
    [InlineData("{{a.error}}{{a.status}} {{a}}", "completed well")]
    [InlineData("{{steps.a.output}} {{steps.a.output.length}} {{steps.a.status}}", "well 4 completed")]
    [InlineData("{{#if a}}{{a.status}}{{/if}}", "completed")]
    [InlineData("{{o}} {{o.status}} {{o.usage.inputTokens}}", """{"status":"own"} own 0""")]
    public async Task One_text_may_name_an_output_and_how_its_step_ended(string text, string expected)
    {
        var run = await _workspace.RunAsync(
            $$"""
            { "steps": [ { "id": "a", "prompt": "A" },
                         { "id": "o", "type": "tool", "tool": "http_request", "input": { "url": "https://example.org" } },
                         { "id": "note", "type": "tool", "tool": "template", "dependsOn": ["a", "o"],
                           "input": { "template": "@", "values": { "x": "{{text}}" } } } ] }
            """.Replace("@", "{{x}}", StringComparison.Ordinal),
            """ "a": [ { "output": "well" } ], "o": [ { "output": { "status": "own" } } ] """,
            "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(expected, run.Json().GetProperty("outputs").GetProperty("note").GetString());
    }
}
