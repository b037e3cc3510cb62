using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Mocks;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Models.Mocks;

public sealed class MockChatClientTests
{
    private static readonly PromptRequest Request = new() { Prompt = "12345678" };
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Output_is_streamed_in_pieces_with_the_given_usage()
    {
        var pieces = new List<string>();
        var text = string.Concat(Enumerable.Repeat("wörter 😀 ", 20));
        var response = Output(text) with { Usage = new MockUsage { InputTokens = 10, OutputTokens = 20, CachedTokens = 5 } };

        var result = await Call(response).RunAsync(
            pieces.Add, CancellationToken.None);

        Assert.Equal(text, result.Text);
        Assert.True(pieces.Count > 5);
        Assert.DoesNotContain(pieces, piece => char.IsHighSurrogate(piece[^1]));
        Assert.Equal(new TokenUsage { InputTokens = 10, OutputTokens = 20, CachedTokens = 5 }, result.Usage);
    }

    [Fact]
    public async Task Usage_not_given_is_characters_by_four()
    {
        var result = await Call(Output("12345")).RunAsync(null, CancellationToken.None);

        Assert.Equal((2L, 2L), (result.Usage.InputTokens, result.Usage.OutputTokens));
    }

    [Fact]
    public async Task Empty_output_is_an_empty_text() =>
        Assert.Equal("", (await Call(Output("")).RunAsync(null, CancellationToken.None)).Text);

    [Fact]
    public async Task Latency_passes_before_the_answer()
    {
        var running = Call(Output("x") with { LatencyMs = 50 }).RunAsync(null, CancellationToken.None);

        _clock.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(running.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("x", (await running).Text);
    }

    [Fact]
    public async Task Cancellation_ends_the_latency_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var running = Call(Output("x") with { LatencyMs = 50_000 }).RunAsync(null, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Error_is_thrown_as_it_is_and_its_usage_counts()
    {
        var error = new WorkflowError(ErrorKind.RateLimited, "slow down") { Retryable = true, RetryAfterMs = 200 };
        var call = Call(new MockResponse { Error = error, Usage = new MockUsage { InputTokens = 9 } });

        var thrown = await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(null, CancellationToken.None));

        Assert.Same(error, thrown.Error);
        Assert.Equal(9, call.Usage.InputTokens);
        Assert.Equal(default, (await FailedUsageAsync(new MockResponse { Error = error })));
    }

    private static MockResponse Output(string text) => new() { Output = JsonSerializer.SerializeToElement(text) };

    private PromptCall Call(MockResponse response) => new(new MockChatClient(response, _clock), Request);

    private async Task<TokenUsage> FailedUsageAsync(MockResponse response)
    {
        var call = Call(response);
        await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(null, CancellationToken.None));
        return call.Usage;
    }
}
