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
    public void Nearest_name_is_suggested_only_when_it_is_near(string written, string? expected) =>
        Assert.Equal(
            expected is null ? null : $"Did you mean '{expected}'?", Suggestion.For(written, ["dependsOn", "clarify", "summary", "solution", "a"]));

    [Fact]
    public void Suggestions_of_one_document_end_when_they_have_compared_much()
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
    public void One_letter_makes_a_slip_and_a_digit_another_name(string written, string known, bool isSlip) => Assert.Equal(isSlip, Suggestion.IsSlip(written, known));
}
