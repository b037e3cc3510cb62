using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Tests.Names;

public class ValuePathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("inputs.question", "inputs|question")]
    [InlineData("users[0].name", "users|0|name")]
    [InlineData("""steps["fetch-users"].output""", "steps|fetch-users|output")]
    [InlineData("a['b c']", "a|b c")]
    public void Path_is_read_into_segments(string text, string segments)
    {
        Assert.True(ValuePath.TryParse(text, out var path, out _));
        Assert.Equal(segments.Split('|'), path.Segments);
        Assert.Equal(text, path.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a-b")]
    [InlineData("a b")]
    [InlineData("a[")]
    [InlineData("a[x]")]
    [InlineData("a[\"x]")]
    [InlineData("[0]")]
    [InlineData("a]")]
    public void Wrong_path_is_one_sentence(string text)
    {
        Assert.False(ValuePath.TryParse(text, out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b", "1")]
    [InlineData("a.list[1]", "20")]
    [InlineData("a.list.length", "2")]
    [InlineData("a.text.length", "5")]
    [InlineData("a.none", null)]
    public void Following_a_path_leads_to_the_value(string text, string? expected)
    {
        Assert.True(ValuePath.TryParse(text, out var path, out _));
        Assert.True(path.TryFollow(Value(), 1, out var found));
        Assert.Equal(expected, found?.ToJsonString());
    }

    [Theory]
    [InlineData("a.missing")]
    [InlineData("a.list[2]")]
    [InlineData("a.b.c")]
    [InlineData("a.none.c")]
    public void Path_that_leads_to_nothing_says_so(string text)
    {
        Assert.True(ValuePath.TryParse(text, out var path, out _));
        Assert.False(path.TryFollow(Value(), 1, out _));
    }

    private static JsonObject Value() => JsonNode.Parse("""{ "b": 1, "list": [10, 20], "text": "hello", "none": null }""")!.AsObject();
}
