using System.Text.Json;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Tests.Mocks;

public sealed class MockScriptTests
{
    private const string Example = """
        { "steps": { "clarify": [ { "error": { "kind": "rateLimited", "retryAfterMs": 200 } },
                                  { "output": "text or JSON", "latencyMs": 50, "usage": { "inputTokens": 10, "outputTokens": 20 } } ],
                     "score[a/b c]": [ { "output": { "clarity": 7, "ok": "ä" } } ],
                     "score": [ { "output": null } ],
                     "*": [ { "output": "ok", "latencyMs": 5 } ] } }
        """;

    [Fact]
    public void Entry_by_attempt_then_the_last_repeats()
    {
        var script = Parse(Example);

        var first = script.Entry("clarify", 0)!;
        Assert.Equal((ErrorKind.RateLimited, 200, true), (first.Error!.Kind, first.Error.RetryAfterMs, first.Error.Retryable));
        Assert.Null(first.Output);
        Assert.Equal("The mock failed with rateLimited.", first.Error.Message);
        var second = script.Entry("clarify", 1)!;
        Assert.Equal(("text or JSON", 50, 10L, 20L), (second.OutputText, second.LatencyMs, second.Usage!.InputTokens, second.Usage.OutputTokens));
        Assert.Same(second, script.Entry("clarify", 2));
        Assert.Same(second, script.Entry("clarify", 99));
    }

    [Theory]
    [InlineData("score[a/b c]", """{"clarity":7,"ok":"ä"}""")]
    [InlineData("score[other]", "null")]
    [InlineData("score", "null")]
    [InlineData("summary", "ok")]
    [InlineData("each[3]/score[a/b c]", """{"clarity":7,"ok":"ä"}""")]
    [InlineData("each[3]/score", "null")]
    [InlineData("each[3]/other", "ok")]
    public void Entry_takes_the_most_particular_address(string stepPath, string output) =>
        Assert.Equal(output, Parse(Example).Entry(stepPath, 0)!.OutputText);

    [Fact]
    public void Entry_nothing_mocked_is_null() => Assert.Null(Parse("""{ "steps": { "a": [ { "output": 1 } ] } }""").Entry("b", 0));

    [Fact]
    public void Json_output_stays_json() => Assert.Equal(7, Parse(Example).Entry("score[a/b c]", 0)!.Output!.Value.GetProperty("clarity").GetInt32());

    [Fact]
    public void TryParse_reports_every_mistake_at_once()
    {
        var parsed = MockScript.TryParse(
            """
            { "step": {}, "steps": {
              "a": [],
              "b": [ { "output": 1, "error": { "kind": "rateLimted" } }, { "latencyMs": -1 }, 5, { "output": 1, "latncyMs": 5 } ],
              "c": [ { "error": { "message": 5, "retryable": "yes", "retryAfterMs": 1.5 } }, { "output": 1, "usage": { "inputTokens": "x" } } ],
              "d[": [ { "output": 1 } ],
              "e": { "output": 1 },
              "a": [ { "output": 1 } ] } }
            """,
            out _,
            out var diagnostics);

        Assert.False(parsed);
        Assert.Equal(
            [
                ("mock-unknown-member", "/step"),
                ("mock-duplicate", "/steps/a"),
                ("mock-empty", "/steps/a"),
                ("mock-output-or-error", "/steps/b/0"),
                ("mock-unknown-kind", "/steps/b/0/error/kind"),
                ("mock-output-or-error", "/steps/b/1"),
                ("mock-invalid-value", "/steps/b/1/latencyMs"),
                ("mock-invalid-value", "/steps/b/2"),
                ("mock-unknown-member", "/steps/b/3/latncyMs"),
                ("mock-missing", "/steps/c/0/error"),
                ("mock-invalid-value", "/steps/c/0/error/message"),
                ("mock-invalid-value", "/steps/c/0/error/retryable"),
                ("mock-invalid-value", "/steps/c/0/error/retryAfterMs"),
                ("mock-invalid-value", "/steps/c/1/usage/inputTokens"),
                ("mock-invalid-step", "/steps/d["),
                ("mock-empty", "/steps/e"),
            ],
            diagnostics.Select(d => (d.Code, d.Pointer)));
        Assert.Equal("Did you mean 'rateLimited'?", diagnostics.Single(d => d.Code == "mock-unknown-kind").Suggestion);
        Assert.Equal("Did you mean 'steps'?", diagnostics[0].Suggestion);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "steps": 5 }""")]
    public void TryParse_not_mocks_at_all_is_one_mistake(string json)
    {
        Assert.False(MockScript.TryParse(json, out _, out var diagnostics));
        Assert.Single(diagnostics);
    }

    [Fact]
    public void TryParse_malformed_json_tells_the_line()
    {
        Assert.False(MockScript.TryParse("{\n  \"steps\": oops }", out _, out var diagnostics));
        Assert.Equal(("invalid-json", 2), (diagnostics[0].Code, diagnostics[0].Line));
        Assert.True(diagnostics[0].Column > 0);
    }

    [Fact]
    public void ValidateAgainst_names_unknown_steps_with_a_suggestion()
    {
        var script = Parse("""
            { "steps": { "clarfy": [ { "output": 1 } ], "score[x]": [ { "output": 1 } ], "no[x]/score": [ { "output": 1 } ],
                         "*": [ { "output": 1 } ] } }
            """);

        var diagnostics = script.ValidateAgainst(["clarify", "score"]);

        Assert.Equal(["/steps/clarfy", "/steps/no[x]~1score"], diagnostics.Select(d => d.Pointer));
        Assert.Equal("Did you mean 'clarify'?", diagnostics[0].Suggestion);
        Assert.Contains("'no'", diagnostics[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serialization_round_trip_keeps_everything()
    {
        var json = JsonSerializer.Serialize(new Holder(Parse(Example)), WorkflowJson.Compact);
        var back = JsonSerializer.Deserialize<Holder>(json, WorkflowJson.Compact)!.Mocks;

        Assert.Equal(json, JsonSerializer.Serialize(new Holder(back), WorkflowJson.Compact));
        Assert.Equal(200, back.Entry("clarify", 0)!.Error!.RetryAfterMs);
        Assert.Equal(JsonValueKind.Null, back.Entry("score", 0)!.Output!.Value.ValueKind);
    }

    [Fact]
    public void Deserialization_of_wrong_mocks_lists_the_mistakes()
    {
        var error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<MockScript>("""{ "steps": { "a": [] } }""", WorkflowJson.Compact));

        Assert.Contains("/steps/a", error.Message, StringComparison.Ordinal);
    }

    private static MockScript Parse(string json)
    {
        Assert.True(MockScript.TryParse(json, out var script, out var diagnostics), string.Join('\n', diagnostics));
        return script;
    }

    private sealed record Holder(MockScript Mocks);
}
