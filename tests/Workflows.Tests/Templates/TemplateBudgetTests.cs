using System.Text.Json.Nodes;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class TemplateBudgetTests
{
    private static readonly JsonArray Thirty = new([.. Enumerable.Range(0, 30).Select(item => (JsonNode)item)]);

    [Theory]
    [InlineData("{{#each @root.a}}", "{{/each}}")]
    [InlineData("{{#each @root.a}}{{#if @root.a}}", "{{/if}}{{/each}}")]
    [InlineData("{{#each @root.a}}{{#unless @root.a}}{{else}}", "{{/unless}}{{/each}}")]
    public void Nested_loops_stop_at_the_limit_of_steps(string open, string close)
    {
        var template = PromptTemplate.Parse(string.Concat(Enumerable.Repeat(open, 9)) + string.Concat(Enumerable.Repeat(close, 9)));

        var error = Assert.Throws<TemplateException>(() => template.Render(_ => TemplateValue.Of(Thirty)));

        Assert.StartsWith(
            "The template takes more than 1,000,000 steps (iterations of {{#each}}, blocks and placeholders) (line 1, column ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_loops_over_the_same_item_stop_at_the_limit_of_steps()
    {
        var template = PromptTemplate.Parse(
            "{{#each a}}{{#each this}}{{#each ../this}}{{#each ../../this}}{{#each ../../../this}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}");

        Assert.Contains("1,000,000 steps", Assert.Throws<TemplateException>(() => template.Render(_ => TemplateValue.Of(
            new JsonArray(new JsonArray([.. Enumerable.Range(0, 100).Select(_ => (JsonNode)new JsonArray(1))]))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rendered_text_stops_at_the_limit_of_characters()
    {
        var text = new string('x', 100_000);
        var template = PromptTemplate.Parse("{{#each a}}{{#each @root.a}}\n{{@root.text}}{{/each}}{{/each}}");

        var error = Assert.Throws<TemplateException>(() => template.Render(name => TemplateValue.Of(name == "a" ? Thirty : text)));

        Assert.Equal("The text has more than 10,485,760 characters (10 Mi) (line 2, column 1).", error.Message);
    }

    [Fact]
    public void Values_that_are_only_searched_count_against_a_limit()
    {
        var large = JsonNode.Parse($"\"{new string('x', 1_000_000)}\"");
        var template = PromptTemplate.Parse("{{#each a}}{{#each @root.a}}{{#if @root.text.length}}{{/if}}{{/each}}{{/each}}");

        Assert.Contains(
            "100 Mi", Assert.Throws<TemplateException>(() => template.Render(name => TemplateValue.Of(name == "a" ? Thirty : large))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_of_one_value_share_a_budget()
    {
        var values = new JsonObject { ["list"] = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => (JsonNode)"{{text}} {{text}}")]) };
        var template = new ValueTemplate(values, []);

        Assert.Contains(
            "10 Mi", Assert.Throws<TemplateException>(() => template.Render(_ => TemplateValue.Of(new string('x', 100_000)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_replace_whole_texts_share_a_budget()
    {
        var values = new JsonObject { ["list"] = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => (JsonNode)"{{text}}")]) };
        var template = new ValueTemplate(values, []);

        Assert.Contains(
            "100 Mi", Assert.Throws<TemplateException>(() => template.Render(_ => TemplateValue.Of(new string('x', 1_000_000)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_token_ends_a_rendering()
    {
        using var cancellation = new CancellationTokenSource();
        var template = PromptTemplate.Parse("{{#each a}}{{#each @root.a}}{{#each @root.a}}{{@root.stop}}{{/each}}{{/each}}{{/each}}");

        Assert.Throws<OperationCanceledException>(() => template.Render(
            name =>
            {
                if (name == "stop")
                {
                    cancellation.Cancel();
                }

                return TemplateValue.Of(name == "a" ? Thirty : null);
            },
            new TemplateBudget(cancellation.Token)));
    }

    [Fact]
    public void Large_text_within_the_limits_is_rendered()
    {
        var rows = new JsonArray([.. Enumerable.Range(0, 100_000).Select(row => (JsonNode)new JsonObject { ["name"] = $"n{row}", ["value"] = row })]);

        var text = PromptTemplate.Parse("{{#each rows}}{{name}}: {{value}}{{#unless @last}}, {{/unless}}{{/each}}")
            .Render(_ => TemplateValue.Of(rows));

        Assert.EndsWith("n99999: 99999", text, StringComparison.Ordinal);
    }
}
