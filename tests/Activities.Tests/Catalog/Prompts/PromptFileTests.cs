using System.Security.Cryptography;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

public sealed class PromptFileTests
{
    [Fact]
    public void Parse_text_alone_is_the_prompt()
    {
        var prompt = Parse("\uFEFF# Clarify\r\n\r\nIs {{answer}} clear?\r\n");

        Assert.Equal("# Clarify\n\nIs {{answer}} clear?", prompt.Text);
        Assert.Null(prompt.Model ?? prompt.System ?? prompt.Description);
        Assert.Null(prompt.Temperature ?? prompt.MaxTokens);
    }

    [Theory]
    [InlineData("Hello {{name", 1, 7, "line 1, column 7")]
    [InlineData("---\nmodel: m\n---\n\n\nHello\n {{#if a}}x{{/each}}", 7, 12, "the block of line 7")]
    [InlineData("---\nmodel: m\nsystem: Be {{#kind}}\n---\nHello", 3, 9, "'system'")]
    public void Parse_template_that_is_wrong_is_refused_at_its_place(string content, int line, int column, string what)
    {
        var finding = Assert.Single(Assert.Throws<PromptException>(() => Parse(content)).Diagnostics);

        Assert.Equal(("prompt-template", line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(what, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_front_matter_sets_the_options()
    {
        var prompt = Parse("""
            ---
            # a comment
            model: gpt-4o
            temperature: 0.2

            maxTokens: 800
            system: "You are kind: always."
            description: 'Feedback'
            ---

            Text
            """);

        Assert.Equal(
            ("gpt-4o", 0.2, 800, "You are kind: always.", "Feedback", "Text"),
            (prompt.Model, prompt.Temperature, prompt.MaxTokens, prompt.System, prompt.Description, prompt.Text));
    }

    [Fact]
    public void Parse_reports_every_mistake_with_file_and_line()
    {
        var error = Assert.Throws<PromptException>(() => Parse("""
            ---
            temprature: 1
            maxTokens: 0
            temperature: hot
            model: a
            model: b
            system:
            description: 5
            ---
            Text
            """));

        Assert.Equal(ErrorKind.InvalidDefinition, error.Error.Kind);
        Assert.Equal(
            [
                ("prompt-unknown-key", 2, 1), ("prompt-invalid-value", 3, 12), ("prompt-invalid-value", 4, 14), ("prompt-duplicate-key", 6, 1),
                ("prompt-invalid-value", 7, 8), ("prompt-invalid-value", 8, 14),
            ],
            error.Diagnostics.Select(d => (d.Code, d.Line, d.Column)));
        Assert.Contains("prompts/p.md:2: There is no key 'temprature'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'temperature'?", error.Message, StringComparison.Ordinal);
        Assert.Contains("prompts/p.md:4: 'temperature' is 'hot'; it takes a number, from 0 to 2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_system_message_can_be_a_block_of_lines()
    {
        var prompt = Parse("---\r\nsystem: |\r\n  You are kind.\r\n  You are brief.\r\nmodel: m # the cheap one\r\n---\r\nText\r\n");

        Assert.Equal(("You are kind.\nYou are brief.\n", "m", "Text"), (prompt.System, prompt.Model, prompt.Text));
    }

    [Fact]
    public void Parse_three_dashes_within_a_block_do_not_end_the_front_matter() =>
        Assert.Equal("a\n---\nb\n", Parse("---\nsystem: |\n  a\n  ---\n  b\n---\nText").System);

    [Fact]
    public void Parse_inputs_are_names()
    {
        var inputs = Parse("---\ninputs: [question, answer]\n---\nText").Inputs;

        Assert.Equal([new InputDefinition("question"), new InputDefinition("answer")], inputs);
    }

    [Fact]
    public void Parse_inputs_are_names_with_their_details()
    {
        var inputs = Parse("""
            ---
            inputs:
              question: { type: string, required: true, description: What was asked., maxLength: 500 }
              words: integer
              tone:
              style:
                default: { plain: [0x10, .5] }
            ---
            Text
            """).Inputs;

        Assert.Equal(
            [
                new InputDefinition("question") { Type = InputType.String, Required = true, Description = "What was asked.", MaxLength = 500 },
                new InputDefinition("words") { Type = InputType.Integer },
                new InputDefinition("tone"),
            ],
            inputs.Take(3));
        Assert.Equal("""{"plain":[16,0.5]}""", inputs[3].Default!.ToJsonString());
    }

    [Fact]
    public void Parse_wrong_inputs_are_reported_where_they_stand()
    {
        var error = Assert.Throws<PromptException>(() => Parse("""
            ---
            inputs:
              the question: string
              words: integr
              tone: { typ: string, required: maybe }
            ---
            Text
            """));

        Assert.Equal([(3, 3), (4, 10), (5, 11), (5, 34)], error.Diagnostics.Select(d => (d.Line, d.Column)));
        Assert.Contains("Did you mean 'integer'?", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Throws<PromptException>(() => Parse("---\ninputs: [a, b c, a]\n---\nText")).Diagnostics.Count);
        Assert.Single(Assert.Throws<PromptException>(() => Parse("---\ninputs: many\n---\nText")).Diagnostics);
    }

    [Theory]
    [InlineData("---\nmodel: a: b\n---\nText", 2, 9, "A text contains ': '")]
    [InlineData("---\nmodel:\n\ta: b\n---\nText", 3, 1, "tab")]
    [InlineData("---\nmodel: 'a\n---\nText", 2, 8, "The quote that begins")]
    [InlineData("---\n- model\n---\nText", 2, 1, "key: value")]
    [InlineData("---\nmodel: *m\n---\nText", 2, 8, "no anchor")]
    public void Parse_front_matter_that_is_no_yaml_is_one_finding_with_its_place(string content, int line, int column, string reason)
    {
        var finding = Assert.Single(Assert.Throws<PromptException>(() => Parse(content)).Diagnostics);

        Assert.Equal(("prompt-front-matter", line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("---\n---\nText")]
    [InlineData("---\n\n  # nothing\n---\nText")]
    public void Parse_empty_front_matter_says_nothing(string content) => Assert.Equal(Parse("Text").Version, Parse(content).Version);

    [Theory]
    [InlineData("---\nmodel: a\nText", "prompts/p.md:1: The front matter has no end")]
    [InlineData("---\nmodel: a\n---\n", "has no text")]
    [InlineData("", "has no text")]
    public void Parse_unusable_file_says_why(string content, string reason) =>
        Assert.Contains(reason, Assert.Throws<PromptException>(() => Parse(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Version_depends_on_what_reaches_the_model_only()
    {
        var prompt = Parse("Text");

        Assert.Matches("^[0-9a-f]{12}$", prompt.Version);
        Assert.Equal(prompt.Version, Parse("---\ndescription: x\n---\nText\r\n").Version);
        Assert.Equal(prompt.Version, (prompt with { Slug = "other" }).Version);
        Assert.NotEqual(prompt.Version, Parse("---\nmodel: x\n---\nText").Version);
        Assert.NotEqual(prompt.Version, Parse("Text!").Version);
        Assert.NotEqual(prompt.Version, Parse("---\ninputs: [a]\n---\nText").Version);
        Assert.Equal(Parse("---\ninputs: [a]\n---\nText").Version, Parse("---\ninputs: { a: { description: x } }\n---\nText").Version);
    }

    [Fact]
    public void Version_is_the_start_of_a_sha256_that_anyone_can_compute() => Assert.Equal(
        Convert.ToHexStringLower(SHA256.HashData("""{"text":"Text","inputs":[]}"""u8))[..12], Parse("Text").Version);

    private static PromptDefinition Parse(string content) => PromptFile.Parse("p", "prompts/p.md", content);
}
