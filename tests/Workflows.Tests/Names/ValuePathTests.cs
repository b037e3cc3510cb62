using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Tests.Names;

public sealed class ValuePathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a.b_1[0]", "a|b_1|0")]
    [InlineData("steps[\"fetch-users\"].output", "steps|fetch-users|output")]
    [InlineData("a['it\\'s']", "a|it's")]
    [InlineData("a[\"x]\"]", "a|x]")]
    [InlineData("a[\"q\\\"]\\u000a\"]", "a|q\"]\n")]
    public void TryParse_of_a_path_gives_its_segments(string text, string segments)
    {
        Assert.True(ValuePath.TryParse(text, out var path, out var error), error);
        Assert.Equal(segments.Split('|'), path.Segments);
        Assert.Equal(text, path.ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a.", "name is missing at character 3")]
    [InlineData("a-b", "Unexpected '-' at character 2")]
    [InlineData("a[", "'[' at character 2")]
    [InlineData("a[x]", "'[' at character 2")]
    [InlineData("a[0", "'[' at character 2")]
    [InlineData("a[-1]", "'[' at character 2")]
    [InlineData("a.b['x]", "'[' at character 4")]
    [InlineData("a['x'", "'[' at character 2")]
    [InlineData("a['\\x']", "'[' at character 2")]
    public void TryParse_of_an_invalid_path_gives_the_place_of_the_error(string text, string message)
    {
        Assert.False(ValuePath.TryParse(text, out _, out var error));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a|b|0|10", "a.b[0][10]")]
    [InlineData("a|x y|01|1b|", "a[\"x y\"][\"01\"][\"1b\"][\"\"]")]
    [InlineData("a|\"]|\\|\n\u0001\u2028|é😀", "a[\"\\\"]\"][\"\\\\\"][\"\\n\\u0001\\u2028\"][\"é😀\"]")]
    public void Of_any_segments_gives_the_path_that_reads_back(string segments, string expected)
    {
        var path = ValuePath.Of(segments.Split('|'));
        Assert.Equal(expected, path.ToString());
        Assert.True(ValuePath.TryParse(path.ToString(), out var again, out var error), error);
        Assert.Equal(path.Segments, again.Segments);
    }

    [Fact]
    public void Of_an_unpaired_surrogate_escapes_it() =>
        Assert.Equal("a[\"x\\ud800\"][\"\\udc00y\"]", ValuePath.Of(["a", "x\ud800", "\udc00y"]).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("x-y")]
    public void Of_a_root_that_is_not_a_name_throws(string root) => Assert.Throws<ArgumentException>(() => ValuePath.Of([root]));

    [Theory]
    [InlineData("x-y|0|b", "[\"x-y\"][0].b")]
    [InlineData("0|a", "[\"0\"].a")]
    [InlineData("größe", "[\"größe\"]")]
    public void OfPlaceholder_may_begin_with_any_name(string segments, string expected)
    {
        var path = ValuePath.OfPlaceholder(segments.Split('|'));
        Assert.Equal(expected, path.ToString());
        Assert.Equal(segments.Split('|'), path.Segments);
    }

    [Theory]
    [InlineData("v.a[1]", "2")]
    [InlineData("v.a.length", "2")]
    [InlineData("v.t.length", "3")]
    [InlineData("v.o.length", "9")]
    [InlineData("v.n", "null")]
    [InlineData("v.n.x", null)]
    [InlineData("v.a[2]", null)]
    [InlineData("v.t[0]", null)]
    public void TryFollow_of_a_path_finds_what_it_names(string text, string? expected)
    {
        Assert.True(ValuePath.TryParse(text, out var path, out _));
        var found = path.TryFollow(JsonNode.Parse("""{ "a": [1, 2], "t": "abc", "o": { "length": 9 }, "n": null }"""), 1, out var value);
        Assert.Equal(expected, found ? value?.ToJsonString() ?? "null" : null);
    }
}
