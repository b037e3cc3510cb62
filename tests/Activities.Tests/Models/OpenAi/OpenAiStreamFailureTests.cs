using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>Failures after the status: errors in the stream, invalid events, and broken connections.</summary>
public abstract class OpenAiStreamFailureTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    [Fact]
    public async Task Filter_that_stops_the_answer_is_a_failure_whose_tokens_count()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual.Replace("\"stop\"", "\"content_filter\"", StringComparison.Ordinal));
        var call = server.Call();

        Assert.Equal(ErrorKind.ContentFiltered, (await server.FailAsync(call)).Error.Kind);
        Assert.Equal(new TokenUsage { InputTokens = 11, OutputTokens = 7, CachedTokens = 4 }, call.Usage);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Too many.","type":"x","code":"rate_limit_exceeded"}}""", ErrorKind.RateLimited, true)]
    [InlineData("""{"error":{"message":"Overloaded.","code":503}}""", ErrorKind.Unavailable, true)]
    [InlineData("""{"error":{"message":"Something broke."}}""", ErrorKind.Unavailable, true)]
    [InlineData("""{"error":{"message":"No.","code":"content_filter"},"choices":[]}""", ErrorKind.ContentFiltered, false)]
    public async Task Error_in_the_stream_is_a_failure(string error, ErrorKind kind, bool retryable)
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual.Split("\n\n")[0] + $"\n\ndata: {error}\n\ndata: [DONE]\n\n");
        var call = server.Call();

        var failure = await server.FailAsync(call);

        Assert.Equal((kind, retryable), (failure.Error.Kind, failure.Error.Retryable));
        Assert.StartsWith("The model broke off its answer: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Grüße, ", call.Text);
    }

    [Theory]
    [InlineData("data: {\"id\":\n\n")]
    [InlineData("data: no json\n\n")]
    [InlineData("data: [1]\n\n")]
    [InlineData("data: {\"choices\":7}\n\n")]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":7},\"finish_reason\":\"stop\"}]}\n\n")]
    public async Task Event_that_is_no_chunk_is_unavailable_and_worth_a_retry(string events)
    {
        await using var server = await StreamingAsync(events);

        var failure = await server.FailAsync();

        Assert.Equal((ErrorKind.Unavailable, true), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains("not a chat completion", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: [DONE]\n\n")]
    [InlineData(": nothing\n\n")]
    [InlineData("<html>welcome</html>")]
    [InlineData("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half of it\"}}]}\n\n")]
    [InlineData("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half of it\"},\"finish_reason\":\"error\"}]}\n\n")]
    public async Task Stream_that_ends_early_is_unavailable_and_worth_a_retry(string events)
    {
        await using var server = await StreamingAsync(events);

        var failure = await server.FailAsync();

        Assert.Equal((ErrorKind.Unavailable, true), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains("before it was complete", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_cut_in_the_middle_is_unavailable_and_what_came_counts()
    {
        var heard = new TaskCompletionSource();
        await using var server = await StartAsync(async http =>
        {
            await OpenAiDouble.SendAsync(http, OpenAiDouble.Usual.Split("\n\n")[0] + "\n\n");
            await heard.Task;
            http.Abort();
        });
        var call = server.Call();

        var failure = await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(
            _ => heard.SetResult(), CancellationToken.None));

        Assert.Equal((ErrorKind.Unavailable, true), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains(" broke.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(("Grüße, ", new TokenUsage { InputTokens = 3, OutputTokens = 2, Estimated = true }), (call.Text, call.Usage));
    }

    [Fact]
    public async Task Connection_cut_before_the_answer_is_unavailable()
    {
        await using var server = await StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        var failure = await server.FailAsync();

        Assert.Equal((ErrorKind.Unavailable, true), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains($"127.0.0.1:{server.Address.Port}", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }
}
