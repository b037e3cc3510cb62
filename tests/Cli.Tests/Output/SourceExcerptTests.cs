using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Tests.Output;

public sealed class SourceExcerptTests
{
    /// <summary>Escape sequences of a file must not reach the terminal.</summary>
    [Fact]
    public void Control_characters_of_the_file_are_not_printed() =>
        Assert.Equal(["    a\uFFFD[2Jb c", "      ^"], SourceExcerpt.Of(["a\u001b[2Jb\tc\r"], 1, 3));

    [Fact]
    public void Blank_line_is_not_shown() => Assert.Empty(SourceExcerpt.Of(["a", " \r"], 2, 1));

    [Fact]
    public void Long_line_costs_no_more_than_what_is_shown_of_it()
    {
        var line = new string('x', 1_000_000);
        SourceExcerpt.Of([line], 1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(["    " + new string('x', 110), "    " + new string(' ', 54) + "^"], SourceExcerpt.Of([line], 1, 500_000));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }
}
