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
}
