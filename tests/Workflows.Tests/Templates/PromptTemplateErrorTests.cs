using System.Text.Json.Nodes;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTemplateErrorTests
{
    [Theory]
    [InlineData("a {{name", "This placeholder is not closed; write literal braces as \\{{ (line 1, column 3).")]
    [InlineData("a\n {{name {{b}}", "This placeholder is not closed; write literal braces as \\{{ (line 2, column 2).")]
    [InlineData("{{}}", "This placeholder is empty; write a name in it, or literal braces as \\{{ (line 1, column 1).")]
    [InlineData(
        "{{\"a\": 1}}",
        "'\"a\": 1' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData(
        "{{12}}", "'12' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData(
        "{{upper name}}",
        "'upper name' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData(
        "{{a..b}}",
        "'a..b' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData("{{> part}}", "Partials, {{> …}}, are not supported (line 1, column 1).")]
    [InlineData("{{#*inline \"p\"}}x{{/inline}}", "'{{#*inline \"p\"}}' is not a block; the blocks are #if, #unless and #each (line 1, column 1).")]
    [InlineData("{{#name}}x{{/name}}", "'{{#name}}' is not a block; the blocks are #if, #unless and #each (line 1, column 1).")]
    [InlineData("{{#with a}}{{/with}}", "'{{#with a}}' is not a block; the blocks are #if, #unless and #each (line 1, column 1).")]
    [InlineData(
        "{{#if (eq a b)}}x{{/if}}",
        "'(eq a b)' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData("{{{{raw}}}}", "Raw blocks, {{{{…}}}}, are not supported; write literal braces as \\{{ (line 1, column 1).")]
    [InlineData("x\n\n{{#if a}}", "{{#if}} is not closed (line 3, column 1).")]
    [InlineData("{{/if}}", "{{/if}} closes a block that is not open (line 1, column 1).")]
    [InlineData("{{#if a}}\n{{/each}}", "{{/each}} does not close the block of line 1, which needs {{/if}} (line 2, column 1).")]
    [InlineData("{{else}}", "This {{else}} belongs to no block (line 1, column 1).")]
    [InlineData("{{#if a}}{{else}}{{else}}{{/if}}", "This {{else}} belongs to no block (line 1, column 18).")]
    [InlineData("{{#each a}}{{else if b}}{{/each}}", "{{else if}} belongs to {{#if}}, not to {{#each}} (line 1, column 12).")]
    [InlineData("{{this}}", "'this' names no value here; write a name (line 1, column 1).")]
    [InlineData("{{@root}}", "'@root' names no value here; write a name (line 1, column 1).")]
    [InlineData("{{../a}}", "'../a' names no value here; write a name (line 1, column 1).")]
    [InlineData("{{#if a}}{{@index}}{{/if}}", "'@index' is valid only inside {{#each}} (line 1, column 10).")]
    public void Parse_of_an_invalid_template_says_what_is_wrong_and_where(string template, string message)
    {
        var error = Assert.Throws<TemplateException>(() => PromptTemplate.Parse(template));

        Assert.Equal(message, error.Message);
        Assert.NotNull(error.Line);
    }

    [Fact]
    public void Parse_of_too_deeply_nested_blocks_fails()
    {
        var deep = string.Concat(Enumerable.Repeat("{{#if a}}", 64)) + "x" + string.Concat(Enumerable.Repeat("{{/if}}", 64));

        Assert.Equal("x", PromptTemplate.Parse(deep).Render(_ => TemplateValue.Of(1)));
        Assert.Contains(
            "nested more than 64 levels deep",
            Assert.Throws<TemplateException>(() => PromptTemplate.Parse($"{{{{#if a}}}}{deep}{{{{/if}}}}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Else_branches_do_not_count_as_nesting()
    {
        var many = "{{#if no}}" + string.Concat(Enumerable.Repeat("{{else if no}}", 10_000)) + "{{else}}x{{/if}}";

        Assert.Equal("x", PromptTemplate.Parse(many).Render(_ => TemplateValue.Of(null)));
    }

    [Theory]
    [InlineData("a\n{{missing}}", "The placeholder 'missing' names 'missing', and there is no such name (line 2, column 1).")]
    [InlineData("{{Text}}", "The placeholder 'Text' names 'Text', and there is no such name (line 1, column 1).")]
    [InlineData("{{#if missing.a}}{{/if}}", "The placeholder 'missing.a' names 'missing', and there is no such name (line 1, column 1).")]
    [InlineData("{{object.x}}", "The placeholder 'object.x' names 'x', and the object has no such member (line 1, column 1).")]
    [InlineData("{{#if object.x}}{{/if}}", "The placeholder 'object.x' names 'x', and the object has no such member (line 1, column 1).")]
    [InlineData("{{object.A}}", "The placeholder 'object.A' names 'A', and the object has no such member (line 1, column 1).")]
    [InlineData("{{text.Length}}", "The placeholder 'text.Length' names 'Length', and a text has no such member (line 1, column 1).")]
    [InlineData("{{object.n.x}}", "The placeholder 'object.n.x' names 'x', and null has no such member (line 1, column 1).")]
    [InlineData("{{nothing.x}}", "The placeholder 'nothing.x' names 'x', and null has no such member (line 1, column 1).")]
    [InlineData("{{list.[3]}}", "'list.[3]' names element 3 of a list of 1 (line 1, column 1).")]
    [InlineData("{{list.count}}", "The placeholder 'list.count' names 'count', and a list has no such member (line 1, column 1).")]
    [InlineData("{{#each list}}{{value}}{{/each}}", "The placeholder 'value' names 'value', and a number has no such member (line 1, column 15).")]
    [InlineData("{{#each nulls}}{{value}}{{/each}}", "The placeholder 'value' names 'value', and null has no such member (line 1, column 16).")]
    [InlineData("{{#each list}}{{text}}{{/each}}", "The placeholder 'text' names 'text', and a number has no such member (line 1, column 15).")]
    [InlineData("{{#each text}}{{/each}}", "{{#each}} needs a list or an object, and 'text' is a text (line 1, column 1).")]
    [InlineData("{{#each object.a}}{{/each}}", "{{#each}} needs a list or an object, and 'object.a' is a number (line 1, column 1).")]
    public void Render_of_a_missing_value_says_what_is_missing_and_where(string template, string message)
    {
        var values =
            JsonNode.Parse("""{ "text": "t", "nothing": null, "object": { "a": 1, "n": null }, "list": [1], "nulls": [null] }""")!.AsObject();

        var error = Assert.Throws<TemplateException>(() => PromptTemplate.Parse(template).Render(
            name => values.TryGetPropertyValue(name, out var value) ? TemplateValue.Of(value) : TemplateValue.Missing));

        Assert.Equal(message, error.Message);
    }
}
