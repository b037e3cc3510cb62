using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTemplatePropertyTests
{
    // Strings made of what templates are made of find more than arbitrary ones.
    private static readonly Arbitrary<string> Hostile = Gen.OneOf(
            Gen.Elements("{", "}", "{{", "}}", "{{{", "\\", "\\{{", "{{x}}", "{{#if x}}", "{{/if}}", "{{!", "--", "~", "&", "<b>", "\"", "\n", "\r\n", " ", "\0", "\uFFFF", "\uFEFF", "\uD800", "é", "x"),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get))
        .ListOf()
        .Select(string.Concat)
        .ToArbitrary();

    [Fact]
    public void Render_of_any_value_contains_it_verbatim() =>
        Prop.ForAll(Hostile, value =>
            PromptTemplate.Parse("before {{x}} after").Render(_ => TemplateValue.Of(value)) == $"before {value} after").QuickCheckThrowOnFailure();

    [Fact]
    public void Render_of_any_text_without_placeholders_leaves_it_as_it_is() =>
        Prop.ForAll(Hostile, text =>
        {
            var harmless = Regex.Replace(text, "{{+", "{").TrimEnd('\\', '{');
            var template = PromptTemplate.Parse($"{harmless}{{{{x}}}}{harmless}");
            Assert.Equal($"{harmless}1{harmless}", template.Render(_ => TemplateValue.Of(1)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Render_without_blocks_gives_what_handlebars_gives() =>
        Prop.ForAll(Gen.Elements("text ", "\n", "{{x}}", "{{~x~}}", "{{x.length}}", "{{list.[1]}}", "{{list.7}}", "{{list}}", "{{o.p}}", "{{o.p.q}}", "{{o.nothing}}", "{{none}}", "{{none.p}}",
                "{{absent}}", "{{n}}", "{{yes}}", "{{@root.x}}", "\\{{", "\\", "}", "{ ", "{{/", "{{..}}").ListOf().Select(string.Concat).ToArbitrary(),
            text => Assert.Equal(Outcome(text, (template, lookup) => template.RenderCompiled(lookup)), Outcome(text, (template, lookup) => template.Render(lookup))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Parse_of_any_text_either_works_or_says_why() =>
        Prop.ForAll(Hostile, text =>
        {
            try
            {
                PromptTemplate.Parse(text).Render(_ => TemplateValue.Of("value"));
            }
            catch (TemplateException error)
            {
                Assert.EndsWith(").", error.Message, StringComparison.Ordinal);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Render_of_very_many_placeholders_needs_no_stack()
    {
        var template = PromptTemplate.Parse(string.Concat(Enumerable.Repeat("{{x}},{{#if x}}y{{/if}};{{!-- z --}}\n", 500)));

        Assert.Equal(string.Concat(Enumerable.Repeat("1,y;\n", 500)), template.Render(_ => TemplateValue.Of(1)));
    }

    [Fact]
    public void Render_of_a_long_prompt_takes_far_less_than_a_millisecond()
    {
        var paragraph = new string('x', 3_400);
        var template = PromptTemplate.Parse(string.Concat(Enumerable.Range(0, 6).Select(i => $"{paragraph}\n{{{{v{i}}}}}\n")));
        template.Render(_ => TemplateValue.Of("value"));

        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var start = Stopwatch.GetTimestamp();
            template.Render(_ => TemplateValue.Of("value"));
            var elapsed = Stopwatch.GetElapsedTime(start);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        Assert.True(fastest < TimeSpan.FromMilliseconds(1), $"The fastest rendering took {fastest.TotalMilliseconds} ms.");
    }

    /// <summary>The text and the names that were looked up, or the message of the mistake.</summary>
    private static (string Text, string Names) Outcome(string text, Func<PromptTemplate, Func<string, TemplateValue>, string> render)
    {
        var names = new List<string>();
        try
        {
            return (render(PromptTemplate.Parse(text), Lookup), string.Join(' ', names));
        }
        catch (TemplateException exception)
        {
            return (exception.Message, string.Join(' ', names));
        }

        TemplateValue Lookup(string name)
        {
            names.Add(name);
            return name switch
            {
                "x" => TemplateValue.Of("a {{x}} \"b\" <c>"),
                "list" => TemplateValue.Of(new JsonArray(1, "two", null)),
                "o" => TemplateValue.Of(new JsonObject { ["p"] = new JsonObject { ["q"] = 1.50m } }),
                "none" => TemplateValue.Of(null),
                "n" => TemplateValue.Of(1e21),
                "yes" => TemplateValue.Of(true),
                _ => TemplateValue.Missing,
            };
        }
    }
}
