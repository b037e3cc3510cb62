using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools.BuiltIn;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.BuiltIn;

/// <summary>The tools that need nothing but their input and a clock.</summary>
public sealed class SimpleToolTests
{
    [Fact]
    public async Task Template_fills_values_in_and_never_expands_them_again() => Equal(
        "\"Ada has {{b}} and [1,2] and .\"",
        await new TemplateTool().CallAsync("""{ "template": "{{a.name}} has {{x}} and {{list}} and {{none}}.",""" +
            """ "values": { "a": { "name": "Ada" }, "x": "{{b}}", "list": [1, 2], "none": null } }"""));

    [Fact]
    public async Task Template_without_values_is_its_text() => Equal("\"plain\"", await new TemplateTool().CallAsync("""{ "template": "plain" }"""));

    [Theory]
    [InlineData("{{a}}")]
    [InlineData("{{#if")]
    public async Task Template_that_cannot_be_filled_in_says_why(string template)
    {
        var failure = await new TemplateTool().FailAsync($$"""{ "template": "{{template}}" }""");

        Assert.Equal((ErrorKind.TemplateError, false), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains("line 1", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parseJson", "so: {\\\"a\\\": 1}", """{"a":1}""")]
    [InlineData("extractMarkdownList", "- x\\n- y", """["x","y"]""")]
    public async Task Transform_gives_what_the_transform_gives(string transform, string text, string expected) =>
        Equal(expected, await new TransformTool().CallAsync($$"""{ "transform": "{{transform}}", "text": "{{text}}" }"""));

    [Fact]
    public async Task Transform_of_an_unknown_name_is_refused_with_a_suggestion() => Assert.Contains(
        "Did you mean 'parseJson'?", (await new TransformTool().FailAsync("""{ "transform": "parsJson", "text": "" }""")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "mode": "object", "values": { "a": 1, "b": [2] } }""", """{"a":1,"b":[2]}""")]
    [InlineData("""{ "mode": "array", "values": { "a": 1, "b": [2] } }""", "[1,[2]]")]
    [InlineData("""{ "mode": "append", "values": [1, [2]] }""", "[1,2]")]
    [InlineData("""{ "mode": "last", "values": [1, [2]] }""", "[2]")]
    [InlineData("""{ "mode": "concat", "values": ["a", "b"], "separator": "-" }""", "\"a-b\"")]
    public async Task Merge_takes_named_and_unnamed_values(string input, string expected) => Equal(expected, await new MergeTool().CallAsync(input));

    [Fact]
    public async Task Merge_to_an_object_needs_names() =>
        Assert.Equal(ErrorKind.InvalidInput, (await new MergeTool().FailAsync("""{ "mode": "object", "values": [1] }""")).Error.Kind);

    [Fact]
    public async Task Delay_ends_when_its_time_has_come_and_not_before()
    {
        var time = new SteppedTimeProvider();
        var waiting = new DelayTool(time).CallAsync("""{ "ms": 2e3 }""");

        time.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Equal("""{"waitedMs":2000}""", await waiting);
    }

    [Fact]
    public async Task Delay_ends_at_once_when_it_is_cancelled()
    {
        var time = new SteppedTimeProvider();
        using var cancel = new CancellationTokenSource();
        var waiting = new DelayTool(time).CallAsync("""{ "ms": 300000 }""", cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, time.ArmedTimers);
    }

    [Fact]
    public async Task Delay_beyond_its_limit_is_refused() =>
        Assert.Contains(
            "from 0 to 300000", (await new DelayTool(new SteppedTimeProvider()).FailAsync("""{ "ms": 300001 }""")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "message": "no" }""", ErrorKind.ToolFailed, false)]
    [InlineData("""{ "message": "no", "kind": "unavailable" }""", ErrorKind.Unavailable, true)]
    [InlineData("""{ "message": "no", "kind": "unavailable", "retryable": false }""", ErrorKind.Unavailable, false)]
    [InlineData("""{ "message": "no", "retryable": true }""", ErrorKind.ToolFailed, true)]
    public async Task Fail_gives_the_error_of_its_input(string input, ErrorKind kind, bool retryable)
    {
        var failure = await new FailTool().FailAsync(input);

        Assert.Equal(("no", kind, retryable), (failure.Error.Message, failure.Error.Kind, failure.Error.Retryable));
    }

    [Fact]
    public async Task Fail_cannot_pretend_a_cancellation() => Assert.Equal(
        ErrorKind.InvalidInput, (await new FailTool().FailAsync("""{ "message": "no", "kind": "cancelled" }""")).Error.Kind);

    private static void Equal(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{expected} was expected; it is {actual?.ToJsonString()}.");
}
