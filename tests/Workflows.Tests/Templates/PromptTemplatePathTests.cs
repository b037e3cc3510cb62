using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTemplatePathTests
{
    [Theory]
    [InlineData("no names", "")]
    [InlineData("{{inputs.question}} {{clarify_feedback}} {{inputs.question}}", "inputs.question clarify_feedback")]
    [InlineData("{{steps.[fetch-users].output}} {{steps[\"fetch-users\"].output}}", "steps[\"fetch-users\"].output")]
    [InlineData("{{a.[0].b}} {{a[0].b}} {{a.0.b}}", "a[0].b")]
    [InlineData("{{with-dash}}", "[\"with-dash\"]")]
    [InlineData("{{a.größe}} {{a[\"größe\"]}} {{größe.b}}", "a[\"größe\"] [\"größe\"].b")]
    [InlineData("{{𠮷野}} {{a.𝒳}}", "[\"𠮷野\"] a[\"𝒳\"]")]
    [InlineData(
        "{{#each items}}{{name}}{{this}}{{@index}}{{../topic}}{{@root.inputs.x}}{{else}}{{nothing}}{{/each}}", "items topic inputs.x nothing")]
    [InlineData("{{#if a}}{{b}}{{else if c}}{{d}}{{/if}}{{#unless e}}{{/unless}}", "a b c d e")]
    [InlineData("{{#each users}}{{name}}{{#each tags}}{{../../x}}{{../y}}{{/each}}{{/each}}", "users x")]
    public void Paths_of_a_template_are_those_it_reads_from_the_lookup(string template, string expected) =>
        Assert.Equal(expected, string.Join(' ', PromptTemplate.Parse(template).Paths));

    [Theory]
    [InlineData("", false)]
    [InlineData("plain { text }", false)]
    [InlineData("\\{{escaped}}", false)]
    [InlineData("{{! a comment }}", false)]
    [InlineData("{{name}}", true)]
    [InlineData("{{#if a}}{{/if}}", true)]
    public void HasPlaceholders_is_true_for_placeholders_and_blocks_only(string template, bool expected) =>
        Assert.Equal(expected, PromptTemplate.Parse(template).HasPlaceholders);

    [Fact]
    public void References_of_a_template_name_each_place()
    {
        var references = PromptTemplate.Parse("{{a}}\n  {{b.c}} {{a}}").References;

        Assert.Equal(["a 1:1", "b.c 2:3", "a 2:11"], references.Select(r => $"{r.Path} {r.Line}:{r.Column}"));
        Assert.Equal(["b", "c"], references[1].Segments);
        Assert.Equal("b", references[1].Root);
    }
}
