using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

public sealed class PromptyFileTests
{
    private const string Whole = """
        ---
        name: Support
        description: Answers customers.
        authors: [somebody]
        tags: [a]
        version: "1.0"
        model:
          api: chat
          configuration:
            type: azure_openai
            azure_endpoint: ${env:AZURE_OPENAI_ENDPOINT}
            azure_deployment: gpt-4o
            api_version: 2024-07-01-preview
          parameters:
            temperature: 0.2
            max_tokens: 800
        inputs:
          firstName: Jane
          question:
            type: string
            description: What is asked.
            sample: Why?
            default: Nothing
        sample:
          question: Why?
        template: jinja2
        ---
        system:
        You help {{firstName}}.

        # Style
        Briefly.

        # user:

        {{question}}
        """;

    [Fact]
    public void Parse_takes_what_a_prompt_has_a_place_for()
    {
        var prompt = Parse(Whole);

        Assert.Equal(
            ("Answers customers.", "gpt-4o", 0.2, 800, "You help {{firstName}}.\n\n# Style\nBriefly.", "{{question}}"),
            (prompt.Description, prompt.Model, prompt.Temperature, prompt.MaxTokens, prompt.System, prompt.Text));
        Assert.Equal(["firstName", "question"], prompt.Inputs.Select(input => input.Name));
        Assert.Null(prompt.Inputs[0].Default);
        Assert.Equal(
            (InputType.String, "What is asked.", "Nothing"),
            (prompt.Inputs[1].Type, prompt.Inputs[1].Description, (string?)prompt.Inputs[1].Default));
    }

    [Theory]
    [InlineData("model: gpt-4o", "gpt-4o")]
    [InlineData("model: { id: a, connection: { name: b } }", "a")]
    [InlineData("model: { connection: { type: openai, name: b, organization: o } }", "b")]
    [InlineData("model: { configuration: { model: c } }", "c")]
    [InlineData("model: { api: chat }", null)]
    public void Parse_finds_the_model_in_older_and_newer_files(string front, string? model) =>
        Assert.Equal(model, Parse($"---\n{front}\n---\nuser:\nx").Model);

    [Fact]
    public void Parse_takes_the_newer_names_of_parameters()
    {
        var prompt = Parse(
            "---\nmodel: { options: { temperature: 1, max_completion_tokens: 5 } }\ntemplate: { format: mustache, parser: prompty }\n---\nuser:\nx");

        Assert.Equal((1.0, 5), (prompt.Temperature, prompt.MaxTokens));
    }

    [Fact]
    public void Parse_text_before_the_first_turn_is_the_systems() =>
        Assert.Equal(("Be kind.", "x"), (Parse("Be kind.\nUser:\nx").System, Parse("Be kind.\nUser:\nx").Text));

    [Theory]
    [InlineData("user:\na\nassistant:\nb", 3, 1, "'assistant'")]
    [InlineData("user:\na\n  user:\nb", 3, 3, "'user'")]
    [InlineData("user:\na\nsystem:\nb", 3, 1, "'system'")]
    [InlineData("system:\na\nsystem:\nb\nuser:\nc", 3, 1, "'system'")]
    [InlineData("user[name=\"x\"]:\na", 1, 5, "brackets")]
    [InlineData("user:\nsee ![it](it.png)", 2, 5, "An image")]
    [InlineData("user:\na\n![thread]", 3, 1, "conversation")]
    [InlineData("user:\n {% for x in y %}", 2, 2, "A statement")]
    [InlineData("user:\na {# not sent #}", 2, 3, "A comment")]
    [InlineData("user:\n{{ name | upper }}", 2, 1, "A filter")]
    public void Parse_turns_that_would_be_lost_are_refused(string body, int line, int column, string what) =>
        AssertFinding("prompt-unsupported", body, line, column, what);

    [Theory]
    [InlineData("model: { parameters: { top_p: 1 } }", "prompt-unsupported", 24, "'top_p'")]
    [InlineData("tools: []", "prompt-unsupported", 1, "'tools'")]
    [InlineData("outputs: {}", "prompt-unsupported", 1, "'outputs'")]
    [InlineData("model: { api: embedding }", "prompt-invalid-value", 15, "'embedding'")]
    [InlineData("model: { response: all }", "prompt-invalid-value", 20, "'all'")]
    [InlineData("template: liquid", "prompt-invalid-value", 11, "'liquid'")]
    [InlineData("model: { configuration: { azure_deployment: '${env:MODEL}' } }", "prompt-invalid-value", 45, "${env:MODEL}")]
    [InlineData("model: { id: '${env:MODEL}' }", "prompt-invalid-value", 14, "${env:MODEL}")]
    [InlineData("model: '${env:MODEL}'", "prompt-invalid-value", 8, "${env:MODEL}")]
    [InlineData("model: { configuration: { azure_deploymnt: a } }", "prompt-unknown-key", 27, "azure_deployment")]
    [InlineData("modle: a", "prompt-unknown-key", 1, "'model'")]
    public void Parse_keys_that_would_be_lost_are_refused(string front, string code, int column, string what) =>
        AssertFinding(code, $"---\n{front}\n---\nuser:\nx", 2, column, what);

    [Theory]
    [InlineData("system:\nBe kind.", 1, "user:")]
    [InlineData("user:\n\n", 3, "no text")]
    [InlineData("", 1, "no text")]
    public void Parse_without_a_text_of_the_user_is_refused(string body, int line, string what) => AssertFinding("prompt-empty", body, line, 1, what);

    [Fact]
    public void Parse_template_that_is_wrong_is_refused_at_its_place() =>
        AssertFinding("prompt-template", "system:\nBe kind.\n\nuser:\n\n\nSay\n  {{#each x}}", 8, 3, "{{#each}} is not closed");

    [Fact]
    public void Parse_blocks_of_our_templates_are_no_comments_of_jinja() => Assert.Equal("{{#if a}}b{{/if}}", Parse("user:\n{{#if a}}b{{/if}}").Text);

    private static void AssertFinding(string code, string content, int line, int column, string what)
    {
        var finding = Assert.Single(Assert.Throws<PromptException>(() => Parse(content)).Diagnostics);
        Assert.Equal((code, line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(what, $"{finding.Message} {finding.Suggestion}", StringComparison.Ordinal);
    }

    private static PromptDefinition Parse(string content) => PromptFile.Parse("p", "prompts/p.prompty", content);
}
