using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Tests.Output;

public class WordingTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(0.4, "0 ms")]
    [InlineData(999.0, "999 ms")]
    [InlineData(1_000.0, "1.00 s")]
    [InlineData(59_994.0, "59.99 s")]
    [InlineData(60_000.0, "1 min 00 s")]
    [InlineData(3_605_000.0, "1 h 00 min")]
    [InlineData(90_000_000.0, "1 d 01 h")]
    public void Duration_has_two_parts_at_most(double? milliseconds, string words) => Assert.Equal(words, Wording.Duration(milliseconds));
}
