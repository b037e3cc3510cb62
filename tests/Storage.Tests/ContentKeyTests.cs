namespace Orchestrator.Storage.Tests;

public sealed class ContentKeyTests
{
    [Fact]
    public void Of_valid_segments_joins_them() =>
        Assert.Equal("runs/A-1_b/x@1.2.json", ContentKey.Of("runs", "A-1_b", "x@1.2.json").Value);

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "dot")]
    [InlineData("..", "dot")]
    [InlineData("name.", "dot")]
    [InlineData("a/b", "'/'")]
    [InlineData("a\\b", "'\\'")]
    [InlineData("a b", "' '")]
    [InlineData("a~b", "'~'")]
    [InlineData("ä", "'ä'")]
    [InlineData("a\0", "not allowed")]
    public void Of_forbidden_segment_says_why(string segment, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => ContentKey.Of("runs", segment));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{segment}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_segment_of_200_characters_is_the_longest()
    {
        Assert.Equal(200, ContentKey.Of(new string('a', 200)).Value.Length);
        Assert.Throws<ArgumentException>(() => ContentKey.Of(new string('a', 201)));
    }

    [Fact]
    public void Of_900_characters_in_all_is_the_longest()
    {
        var four = Enumerable.Repeat(new string('a', 199), 4).ToArray();

        Assert.Equal(900, ContentKey.Of([.. four, new string('b', 100)]).Value.Length);
        var error = Assert.Throws<ArgumentException>(() => ContentKey.Of([.. four, new string('b', 101)]));
        Assert.Contains("901", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("")]
    public void Parse_not_a_key_throws(string text) => Assert.Throws<ArgumentException>(() => ContentKey.Parse(text));

    [Fact]
    public void Parse_value_gives_an_equal_key() => Assert.Equal(ContentKey.Of("a", "b"), ContentKey.Parse("a/b"));

    [Fact]
    public void Value_of_default_throws() => Assert.Throws<InvalidOperationException>(() => default(ContentKey).Value);

    [Fact]
    public void Prefix_of_a_folder_ends_at_the_segment()
    {
        Assert.True(ContentPrefix.Under("runs", "a").Matches(ContentKey.Of("runs", "a", "b")));
        Assert.False(ContentPrefix.Under("runs", "a").Matches(ContentKey.Of("runs", "ab", "b")));
        Assert.True(ContentPrefix.Under("runs").StartingWith("a").Matches(ContentKey.Of("runs", "ab", "b")));
        Assert.True(ContentPrefix.All.Matches(ContentKey.Of("x")));
        Assert.Throws<ArgumentException>(() => ContentPrefix.Under("runs").StartingWith("../"));
        Assert.Equal("runs/events.", ContentPrefix.Under("runs").StartingWith("events.").Value);
    }
}
