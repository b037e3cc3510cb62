using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Tests.Diagnostics;

public class SuggestionTests
{
    [Theory]
    [InlineData("dependson", "dependsOn")]
    [InlineData("clarfiy", "clarify")]
    [InlineData("summry", "summary")]
    [InlineData("x", null)]
    [InlineData("b", null)]
    [InlineData("entirely", null)]
    public void Most_similar_name_is_suggested_only_when_it_is_similar(string written, string? expected) =>
        Assert.Equal(
            expected is null ? null : $"Did you mean '{expected}'?", Suggestion.For(written, ["dependsOn", "clarify", "summary", "solution", "a"]));

    [Theory]
    [InlineData("gro\u0308ße", "größe", " That has U+00F6 where this has U+006F U+0308.")]
    [InlineData("größe", "gro\u0308ße", " That has U+006F U+0308 where this has U+00F6.")]
    [InlineData("na\u200Bme", "name", " That has nothing where this has U+200B.")]
    [InlineData("\u0430mount", "amount", " That has U+0061 where this has U+0430.")]
    [InlineData("grösse", "größe", "")]
    [InlineData("two words", "twowords", "")]
    public void Suggestion_that_looks_the_same_says_how_it_differs(string written, string known, string difference) =>
        Assert.Equal($"Did you mean '{known}'?{difference}", Suggestion.For(written, [known]));

    [Theory]
    [InlineData("clarfy", "Did you mean 'clarify'?")]
    [InlineData("other", "There are clarify, summary.")]
    public void Without_a_similar_name_all_names_are_listed(string written, string expected)
    {
        Assert.Equal(expected, Suggestion.ForOrAll(written, ["clarify", "summary"]));
        Assert.Equal(expected, new Suggestions().ForOrAll(written, ["clarify", "summary"]));
    }

    [Fact]
    public void Suggestion_follows_the_message()
    {
        var finding = new Diagnostic("unknown-step", DiagnosticSeverity.Error, "", 1, 1, "There is no step 'a'.");
        Assert.Equal("There is no step 'a'.", finding.FullMessage());
        Assert.Equal("There is no step 'a'. Rename it.", (finding with { Suggestion = "Rename it." }).FullMessage());
    }

    [Fact]
    public void Suggestions_of_one_document_stop_at_the_bound_of_comparisons()
    {
        var names = Enumerable.Range(0, 10_000).Select(name => $"a-long-name-{name}").ToList();
        var suggestions = new Suggestions();

        Assert.Equal("Did you mean 'a-long-name-77'?", suggestions.For("a-lnog-name-77", names));
        Assert.Contains(null, Enumerable.Range(0, 3_000).Select(_ => suggestions.For("a-lnog-name-77", names)));
    }

    [Theory]
    [InlineData("prodction", "production", true)]
    [InlineData("stagign", "staging", true)]
    [InlineData("Productin", "production", true)]
    [InlineData("prod-us", "prod-eu", false)]
    [InlineData("eu-2", "eu-1", false)]
    [InlineData("test12", "test1", false)]
    public void Edit_of_one_letter_is_a_slip_and_another_digit_is_another_name(string written, string known, bool isSlip) =>
        Assert.Equal(isSlip, Suggestion.IsSlip(written, known));
}
