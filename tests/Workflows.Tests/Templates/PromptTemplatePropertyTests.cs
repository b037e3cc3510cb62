using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Testing;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTemplatePropertyTests
{
    // Texts made of the parts of templates find more faults than arbitrary texts.
    private static readonly Arbitrary<string> Hostile = Gen.OneOf(
            Gen.Elements(
                "{", "}", "{{", "}}", "{{{", "\\", "\\{{", "{{x}}", "{{#if x}}", "{{/if}}", "{{!", "--", "~", "&", "<b>", "\"", "\n", "\r\n", " ",
                "\0", "\uFFFF", "\uFEFF", "\uD800", "é", "x"),
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
    public void Parse_of_any_text_succeeds_or_throws_a_template_exception() =>
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
    public void Render_of_many_placeholders_does_not_overflow_the_stack()
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
            var taken = CpuTime.Of(() => template.Render(_ => TemplateValue.Of("value")));
            fastest = taken < fastest ? taken : fastest;
        }

        Assert.True(fastest < TimeSpan.FromMilliseconds(1), $"The fastest rendering took {fastest.TotalMilliseconds} ms.");
    }
}
