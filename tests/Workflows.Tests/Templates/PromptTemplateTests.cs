using System.Text.Json.Nodes;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTemplateTests
{
    private const string Values = """
        {
          "question": "Why?", "empty": "", "nothing": null, "yes": true, "no": false, "zero": 0.0, "count": 12.50, "big": 12345678901234567890,
          "list": ["a", "b", "c"], "none": [], "object": { "b": "B", "n": null, "list": [1, 2], "with space": "S", "fetch-users": "D",
          "length": "L" },
          "users": [ { "name": "Ann", "tags": ["x", "y"] }, { "name": "Bob", "tags": [] } ], "matrix": [[1, 2], [3]], "mixed": ["t", 1, null, true,
          { "a": 1 }],
          "value": "V", "first": "F", "this2": "T", "lookup": "LOOK", "log": "LOG", "if": "IF", "This": "THIS", "écrit": "É", "with-dash": "W",
          "true": "yes", "umlaut": {"ä": "Ä\n<&>\""}
        }
        """;

    [Theory]
    [InlineData("no placeholder", "no placeholder")]
    [InlineData("{{question}}", "Why?")]
    [InlineData("{{ question }}", "Why?")]
    [InlineData("{{{question}}}", "Why?")]
    [InlineData("[{{empty}}{{nothing}}]", "[]")]
    [InlineData("{{yes}} {{no}} {{zero}} {{count}} {{big}}", "true false 0.0 12.50 12345678901234567890")]
    [InlineData("{{list}} {{none}}", """["a","b","c"] []""")]
    [InlineData("{{umlaut}}", """{"ä":"Ä\n<&>\""}""")]
    [InlineData("{{object.b}} [{{object.n}}] {{object.list}}", "B [] [1,2]")]
    [InlineData("{{list.[0]}}{{list[1]}}{{list.2}}", "abc")]
    [InlineData("{{object.[with space]}}{{object[\"with space\"]}}{{object['fetch-users']}}{{object.fetch-users}}", "SSDD")]
    [InlineData("{{list.length}} {{question.length}} {{object.length}}", "3 4 L")]
    [InlineData("{{value}}{{first}}{{lookup}}{{log}}{{if}}{{This}}{{écrit}}{{with-dash}}{{true}}", "VFLOOKLOGIFTHISÉWyes")]
    [InlineData("{{@root.question}} {{this.question}} {{./question}}", null)]
    [InlineData("{{@root.question}} {{this.question}}", "Why? Why?")]
    public void Render_inserts_values(string template, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<TemplateException>(() => Render(template));
            return;
        }

        Assert.Equal(expected, Render(template));
    }

    [Theory]
    [InlineData("{{#if question}}yes{{else}}no{{/if}}", "yes")]
    [InlineData("{{#if empty}}1{{/if}}{{#if nothing}}2{{/if}}{{#if no}}3{{/if}}{{#if zero}}4{{/if}}{{#if none}}5{{/if}}|", "|")]
    [InlineData("{{#if yes}}1{{/if}}{{#if count}}2{{/if}}{{#if list}}3{{/if}}{{#if object}}4{{/if}}", "1234")]
    [InlineData("{{#if empty}}a{{else if nothing}}b{{else if question}}c{{else}}d{{/if}}", "c")]
    [InlineData("{{#if empty}}a{{else if nothing}}b{{else}}d{{/if}}", "d")]
    [InlineData("{{#unless empty}}a{{else}}b{{/unless}}{{#unless question}}c{{^}}d{{/unless}}", "ad")]
    [InlineData("{{#if object.n}}a{{else}}b{{/if}}", "b")]
    public void Render_evaluates_conditions(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{#each list}}{{@index}}={{this}};{{/each}}", "0=a;1=b;2=c;")]
    [InlineData("{{#each list}}{{.}}{{#unless @last}}, {{/unless}}{{/each}}", "a, b, c")]
    [InlineData("{{#each list}}{{@first}} {{/each}}", "true false false ")]
    [InlineData("{{#each none}}x{{else}}empty{{/each}}{{#each nothing}}x{{else}}null{{/each}}", "emptynull")]
    [InlineData(
        "{{#each users}}{{name}}:{{#each tags}}{{../name}}/{{this}}/{{../../question}} {{/each}};{{/each}}", "Ann:Ann/x/Why? Ann/y/Why? ;Bob:;")]
    [InlineData("{{#each users}}{{#each tags}}{{this}}{{else}}{{name}} {{../question}}{{/each}}{{/each}}", "xyBob Why?")]
    [InlineData("{{#each users}}{{#if tags}}{{name}}{{../question}}{{else}}-{{/if}}{{/each}}", "AnnWhy?-")]
    [InlineData("{{#each users}}{{#each tags}}{{else}}{{#each @root.users}}{{#each tags}}{{../name}}{{/each}}{{/each}}{{/each}}{{/each}}", "AnnAnn")]
    [InlineData("{{#each users}}{{#each tags}}{{else}}{{#each @root.list}}{{../name}}{{this}}{{/each}}{{/each}}{{/each}}", "BobaBobbBobc")]
    [InlineData("{{#each users}}{{@root.question}}{{@root.list.[1]}} {{/each}}", "Why?b Why?b ")]
    [InlineData("{{#each matrix}}{{#each this}}{{this}}{{@index}} {{/each}}|{{/each}}", "10 21 |30 |")]
    [InlineData("{{#each mixed}}[{{this}}]{{/each}}", """[t][1][][true][{"a":1}]""")]
    [InlineData("{{#each object}}{{@key}} {{/each}}", "b n list with space fetch-users length ")]
    [InlineData("{{#each users}}{{this.name}}{{this.tags.[0]}}{{else}}{{/each}}", null)]
    public void Render_repeats_blocks(string template, string? expected)
    {
        if (expected is null)
        {
            Assert.Contains(
                "names element 0 of a list of 0", Assert.Throws<TemplateException>(() => Render(template)).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(expected, Render(template));
    }

    [Theory]
    [InlineData("""{"n":{{question}}}""", """{"n":Why?}""")]
    [InlineData("""{"a":{"n":{{question}}}}""", """{"a":{"n":Why?}}""")]
    [InlineData("""\{{question}} {{question}}""", "{{question}} Why?")]
    [InlineData("""C:\\{{question}}""", """C:\Why?""")]
    [InlineData("""a\b \\ \{ \\{ \\\{ \d{2} } }} {{question}}\""", """a\b \\ \{ \\{ \\\{ \d{2} } }} Why?\""")]
    [InlineData("{ {{question}} }", "{ Why? }")]
    [InlineData("a{{!-- a {{comment}} --}}b{{! another }}c", "abc")]
    [InlineData("a {{!-- -- a --~}} b{{!-- {{x}} --}}", "a b")]
    [InlineData("a {{~question~}} b", "aWhy?b")]
    [InlineData("a\n{{#if question}}\n  yes\n{{else}}\n  no\n{{/if}}\nb", "a\n  yes\nb")]
    [InlineData("a\n{{! comment }}\nb {{question}}", "a\nb Why?")]
    [InlineData("a\r\n{{question}}\r\nb", "a\r\nWhy?\r\nb")]
    [InlineData("\0{{question}}\uFFFF\uFEFF", "\0Why?\uFFFF\uFEFF")]
    public void Render_leaves_other_text_unchanged(string template, string expected) => Assert.Equal(expected, Render(template));

    [Fact]
    public void Render_looks_up_each_name_once()
    {
        var asked = new List<string>();
        var template = PromptTemplate.Parse("{{a.x}} {{a.y}} {{#if no}}{{never}}{{/if}}{{b}}");

        template.Render(name =>
        {
            asked.Add(name);
            return TemplateValue.Of(name == "a" ? new JsonObject { ["x"] = 1, ["y"] = 2 } : null);
        });

        Assert.Equal(["a", "no", "b"], asked);
    }

    [Fact]
    public void Render_does_not_catch_exceptions_of_the_lookup()
    {
        var failure = new InvalidDataException("unreadable");

        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => PromptTemplate.Parse("{{a}}").Render(_ => throw failure)));
    }

    [Fact]
    public void Render_from_many_threads_gives_each_its_own_values()
    {
        var template = PromptTemplate.Parse("{{#each items}}{{../id}}:{{this}} {{/each}}{{id}}");

        Parallel.For(0, 2_000, i =>
        {
            var text = template.Render(name => TemplateValue.Of(name == "id" ? i : new JsonArray(i, i + 1)));
            Assert.Equal($"{i}:{i} {i}:{i + 1} {i}", text);
        });
    }

    private static string Render(string template)
    {
        var values = JsonNode.Parse(Values)!.AsObject();
        return PromptTemplate.Parse(template).Render(
            name => values.TryGetPropertyValue(name, out var value) ? TemplateValue.Of(value) : TemplateValue.Missing);
    }
}
