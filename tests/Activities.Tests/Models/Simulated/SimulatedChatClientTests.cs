using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Testing;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Activities.Tests.Models.Simulated;

public sealed class SimulatedChatClientTests
{
    private const string Prompt = "# Clarify\nGive feedback."; // 24 characters

    private readonly SteppedTimeProvider _clock = new();

    [Fact]
    public async Task Stream_with_the_defaults_takes_two_seconds_and_reports_usage_last()
    {
        var start = _clock.GetUtcNow();

        var updates = await PlayAsync(new SimulatedModelOptions());

        Assert.Equal(TimeSpan.FromMilliseconds(2050), _clock.GetUtcNow() - start);
        Assert.Equal(141, updates.Count);
        var usage = Assert.IsType<UsageContent>(Assert.Single(updates[^1].Contents)).Details;
        Assert.Equal((6, 140), (usage.InputTokenCount, usage.OutputTokenCount));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task First_token_waits_for_latency_and_its_own_time()
    {
        var options = new SimulatedModelOptions { Latency = TimeSpan.FromMilliseconds(100), TokensPerSecond = 20, Tokens = 3 };
        await using var updates = Stream(options, CancellationToken.None);
        var first = updates.MoveNextAsync().AsTask();

        _clock.Advance(TimeSpan.FromMilliseconds(149));
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await first);
    }

    [Fact]
    public async Task Late_reader_gets_what_is_due_without_further_waiting()
    {
        await using var updates = Stream(new SimulatedModelOptions { Tokens = 20 }, CancellationToken.None);
        var first = updates.MoveNextAsync().AsTask();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await first);

        for (var i = 1; i < 20; i++)
        {
            Assert.True(updates.MoveNextAsync().AsTask().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task MaxOutputTokens_cuts_the_text_off()
    {
        var updates = await PlayAsync(new SimulatedModelOptions(), new ChatOptions { MaxOutputTokens = 10 });

        Assert.Equal(11, updates.Count);
        Assert.Equal(ChatFinishReason.Length, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_at_once()
    {
        using var cancel = new CancellationTokenSource();
        await using var updates = Stream(new SimulatedModelOptions(), cancel.Token);
        var first = updates.MoveNextAsync().AsTask();
        await _clock.WhenTimersAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public async Task GetResponse_gives_the_streamed_text_with_its_usage()
    {
        var options = new SimulatedModelOptions { Tokens = 9 };
        using var client = new SimulatedChatClient(options, _clock, "simulated:tokens=9");
        var response = client.GetResponseAsync(Prompt);
        while (!response.IsCompleted)
        {
            await Task.WhenAny(_clock.WhenTimersAsync(), response);
            _clock.AdvanceToNextTimer();
        }

        Assert.Equal(string.Concat(SimulatedText.Compose(Prompt, 9)), (await response).Text);
        Assert.Equal(9, (await response).Usage!.OutputTokenCount);
        Assert.Equal("simulated", client.GetService<ChatClientMetadata>()!.ProviderName);
    }

    private IAsyncEnumerator<ChatResponseUpdate> Stream(SimulatedModelOptions options, CancellationToken cancellationToken) =>
        new SimulatedChatClient(options, _clock)
            .GetStreamingResponseAsync([new ChatMessage(ChatRole.User, Prompt)], null, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);

    private async Task<List<ChatResponseUpdate>> PlayAsync(SimulatedModelOptions options, ChatOptions? chatOptions = null)
    {
        var updates = new List<ChatResponseUpdate>();
        var client = new SimulatedChatClient(options, _clock);
        await using var stream = client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, Prompt)], chatOptions).GetAsyncEnumerator();
        while (true)
        {
            var next = stream.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                await Task.WhenAny(_clock.WhenTimersAsync(), next);
                _clock.AdvanceToNextTimer();
            }

            if (!await next)
            {
                return updates;
            }

            updates.Add(stream.Current);
        }
    }
}
