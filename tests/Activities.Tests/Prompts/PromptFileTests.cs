using System.Security.Cryptography;
using Orchestrator.Activities.Prompts;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Prompts;

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
            system: |
              indented
            ---
            Text
            """));

        Assert.Equal(ErrorKind.InvalidDefinition, error.Error.Kind);
        Assert.Equal([2, 3, 4, 6, 7, 8], error.Diagnostics.Select(d => d.Line));
        Assert.Contains("prompts/p.md:2: There is no key 'temprature'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'temperature'?", error.Message, StringComparison.Ordinal);
        Assert.Contains("prompts/p.md:4: 'temperature' is 'hot'; it takes a number, from 0 to 2.", error.Message, StringComparison.Ordinal);
    }

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
    }

    [Fact]
    public void Version_is_the_start_of_a_sha256_that_anyone_can_compute() => Assert.Equal(
        Convert.ToHexStringLower(SHA256.HashData("""{"text":"Text","inputs":[]}"""u8))[..12], Parse("Text").Version);

    private static PromptDefinition Parse(string content) => PromptFile.Parse("p", "prompts/p.md", content);
}
