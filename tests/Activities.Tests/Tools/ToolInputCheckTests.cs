using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools;

public sealed class ToolInputCheckTests
{
    private static readonly JsonObject Schema = ToolSchema.Parse("""
        {
          "type": "object",
          "properties": {
            "url": { "type": "string" },
            "count": { "type": "integer", "minimum": 1, "maximum": 9 },
            "ratio": { "type": "number", "minimum": 0 },
            "flag": { "type": "boolean" },
            "mode": { "enum": ["fast", "slow"] },
            "either": { "type": ["object", "array"] },
            "names": { "type": "array", "items": { "type": "string" } },
            "headers": { "type": "object", "additionalProperties": { "type": "string" } },
            "nested": { "type": "object", "properties": { "a/b": { "type": "null" } }, "required": ["a/b"], "additionalProperties": false },
            "anything": {}
          },
          "required": ["url"],
          "additionalProperties": false
        }
        """);

    [Theory]
    [InlineData("""{ "url": "x" }""")]
    [InlineData(
        """{ "url": "", "count": 3.0, "ratio": 0.5, "flag": false, "mode": "slow", "either": [], "names": ["a"], "headers": { "h": "v" } }""")]
    [InlineData("""{ "url": "x", "count": 9e0, "nested": { "a/b": null }, "anything": null }""")]
    [InlineData("""{ "url": "x", "count": null, "mode": null, "nested": null, "headers": { "h": null } }""")]
    public void Input_that_fits_has_no_findings(string input) => Assert.Empty(Check(input));

    [Theory]
    [InlineData("{}", "", "'url' is missing.")]
    [InlineData("""{ "url": null }""", "", "'url' is missing.")]
    [InlineData("[]", "", "The input must be an object; it is a list.")]
    [InlineData("""{ "url": 1 }""", "/url", "'url' must be a text; it is the number 1.")]
    [InlineData("""{ "url": "x", "count": "3" }""", "/count", "'count' must be a whole number; it is a text.")]
    [InlineData("""{ "url": "x", "count": 1.5 }""", "/count", "'count' must be a whole number; it is the number 1.5.")]
    [InlineData("""{ "url": "x", "count": 10 }""", "/count", "'count' must be from 1 to 9; it is the number 10.")]
    [InlineData("""{ "url": "x", "ratio": -1 }""", "/ratio", "'ratio' must be at least 0; it is the number -1.")]
    [InlineData("""{ "url": "x", "flag": {} }""", "/flag", "'flag' must be true or false; it is an object.")]
    [InlineData("""{ "url": "x", "mode": 3 }""", "/mode", "'mode' must be one of fast, slow; it is the number 3.")]
    [InlineData("""{ "url": "x", "either": true }""", "/either", "'either' must be an object or a list; it is true.")]
    [InlineData("""{ "url": "x", "names": ["a", null] }""", "/names/1", "'names[1]' must be a text; it is null.")]
    [InlineData("""{ "url": "x", "headers": { "a~/b": 1 } }""", "/headers/a~0~1b", "'headers.a~/b' must be a text; it is the number 1.")]
    [InlineData("""{ "url": "x", "nested": {} }""", "/nested", "'nested.a/b' is missing.")]
    [InlineData("""{ "url": "x", "nested": { "a/b": 0 } }""", "/nested/a~1b", "'nested.a/b' must be null; it is the number 0.")]
    public void Mistake_is_one_sentence_with_its_place(string input, string pointer, string message) =>
        Assert.Equal(new ToolInputFinding(pointer, message), Assert.Single(Check(input)));

    [Fact]
    public void Everything_is_found_at_once() => Assert.Equal(
        ["", "/count", "/names/0", "/x"], Check("""{ "count": 0, "names": [1], "x": 1 }""").Select(finding => finding.Pointer));

    [Fact]
    public void Unknown_member_comes_with_what_was_meant() => Assert.Equal(
        new ToolInputFinding("/cuont", "There is no 'cuont' in the input.", "Did you mean 'count'?"),
        Assert.Single(Check("""{ "url": "x", "cuont": 1 }""")));

    [Fact]
    public void Unknown_member_without_a_similar_one_comes_with_all_known_ones() => Assert.Equal(
        new ToolInputFinding("/nested/zzzzzz", "There is no 'zzzzzz' in 'nested'.", "There are a/b."),
        Assert.Single(Check("""{ "url": "x", "nested": { "a/b": null, "zzzzzz": 1 } }""")));

    [Fact]
    public void Wrong_choice_comes_with_what_was_meant() => Assert.Equal(
        new ToolInputFinding("/mode", "'mode' must be one of fast, slow; it is 'fsat'.", "Did you mean 'fast'?"),
        Assert.Single(Check("""{ "url": "x", "mode": "fsat" }""")));

    [Fact]
    public void Long_text_is_not_shown_in_part() =>
        Assert.EndsWith(
            "; it is another text.", Assert.Single(Check($$"""{ "url": "x", "mode": "{{new string('s', 41)}}" }""")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Placeholder_satisfies_any_type_before_the_run_only()
    {
        const string Input = """{ "url": "{{a}}", "count": "{{b}}", "mode": "x{{c}}", "names": "{{d}}", "nested": { "a/b": "{{e}}" } }""";

        Assert.Empty(Check(Input, templated: true));
        Assert.Equal(["/count", "/mode", "/names", "/nested/a~1b"], Check(Input).Select(finding => finding.Pointer));
    }

    [Fact]
    public void Placeholder_does_not_excuse_other_mistakes() => Assert.Equal(
        ["", "/count", "/cuont"], Check("""{ "count": "3", "cuont": "{{x}}" }""", templated: true).Select(finding => finding.Pointer));

    [Fact]
    public void Require_throws_all_findings_as_invalid_input()
    {
        var problem = Assert.Throws<ToolException>(
            () => ToolInputCheck.Require(new ToolDouble("echo", Schema.ToJsonString()), new JsonObject { ["ulr"] = 1 }));

        Assert.Equal(ErrorKind.InvalidInput, problem.Error.Kind);
        Assert.Equal("The input of the tool 'echo' is wrong. 'url' is missing. There is no 'ulr' in the input. Did you mean 'url'?", problem.Message);
    }

    private static IReadOnlyList<ToolInputFinding> Check(string input, bool templated = false) =>
        ToolInputCheck.Check(Schema, JsonNode.Parse(input), templated);
}
