using System.Text.Json.Nodes;

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
    [InlineData("{{fetch-it}} {{fetch_it}} {{context.fetch-it}}", """{"status":"200"} {"status":"200"} {"status":"200"}""")]
    [InlineData("{{fetch-it}} {{fetch-it.status}} {{fetch-it.output.status}}", """{"status":"200"} completed 200""")]
    [InlineData("{{fetch-it.status}} {{steps.fetch-it.status}}", "completed completed")]
    [InlineData("{{#each fetch-it}}{{this}}{{/each}} {{fetch_it.status}}", "200 200")]
    [InlineData("{{o}} {{o.status}} {{o.usage.inputTokens}}", """{"status":"own"} own 0""")]
    public async Task One_text_may_name_an_output_and_how_its_step_ended(string text, string expected)
    {
        var run = await _workspace.RunAsync(
            $$"""
            { "steps": [ { "id": "a", "prompt": "A" },
                         { "id": "o", "type": "tool", "tool": "http_request", "input": { "url": "https://example.org" } },
                         { "id": "fetch-it", "type": "tool", "tool": "http_request", "input": { "url": "https://example.org" } },
                         { "id": "note", "type": "tool", "tool": "template", "dependsOn": ["a", "o", "fetch-it"],
                           "input": { "template": "@", "values": { "x": "{{text}}" } } } ] }
            """.Replace("@", "{{x}}", StringComparison.Ordinal),
            """ "a": [ { "output": "well" } ], "o": [ { "output": { "status": "own" } } ], "fetch-it": [ { "output": { "status": "200" } } ] """,
            "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(expected, run.Json().GetProperty("outputs").GetProperty("note").GetString());
    }

    [Fact]
    public async Task Id_alone_means_the_output_in_prompts_mappings_conditions_and_outputs()
    {
        var run = await _workspace.RunAsync(
            """
            { "outputs": { "alone": "context[\"fetch-it\"]", "mapped": "mapped", "asked": "asked" },
              "steps": [ { "id": "fetch-it", "prompt": "F" },
                         { "id": "mapped", "type": "tool", "tool": "template", "dependsOn": ["fetch-it"],
                           "when": "context[\"fetch-it\"] == 'well'",
                           "inputMapping": { "x": "context[\"fetch-it\"]", "y": { "expr": "context[\"fetch-it\"] + '!'" } },
                           "input": { "template": "{{one}} {{two}}", "values": { "one": "{{x}}", "two": "{{y}}" } } },
                         { "id": "asked", "prompt": "Say {{fetch-it}}", "dependsOn": ["fetch-it"] } ] }
            """,
            """ "fetch-it": [ { "output": "well" } ], "asked": [ { "output": "said" } ] """,
            "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(
            """{"alone":"well","mapped":"well well!","asked":"said"}""",
            JsonNode.Parse(run.Json().GetProperty("outputs").GetRawText())!.ToJsonString());
    }
}
