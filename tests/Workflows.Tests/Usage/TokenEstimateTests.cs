using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Usage;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(long.MaxValue, 2305843009213693952)]
    public void FromCharacters_is_a_quarter_rounded_up(long characters, long tokens) =>
        Assert.Equal(tokens, TokenEstimate.FromCharacters(characters));

    [Fact]
    public void FromCharacters_of_a_negative_number_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenEstimate.FromCharacters(-1));
}
