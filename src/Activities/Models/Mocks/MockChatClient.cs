using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models.Mocks;

/// <summary>
/// Plays one answer of a mock script: waits for its latency, then streams its output and reports its usage, or fails with its error. The usage of a
/// failing answer is reported before the failure. Thread-safe.
/// </summary>
public sealed class MockChatClient(MockResponse response, TimeProvider clock) : IChatClient
{
    /// <summary>The model that the updates name.</summary>
    public const string Name = "mock";

    private const int ChunkLength = 24;

    /// <inheritdoc/>
    /// <exception cref="ModelException">The answer is an error.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ModelException">The answer is an error.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (response.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(response.LatencyMs), clock, cancellationToken);
        }

        if (response.Error is { } error)
        {
            if (response.Usage is { } spent)
            {
                yield return Update([Content(spent)]);
            }

            throw new ModelException(error);
        }

        var text = response.OutputText;
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(start + ChunkLength, text.Length);

            // A surrogate pair is not split, as in a stream of UTF-8.
            end += end < text.Length && char.IsHighSurrogate(text[end - 1]) ? 1 : 0;
            yield return Update([new TextContent(text[start..end])]);
            start = end;
        }

        var usage = response.Usage ?? new MockUsage
        {
            InputTokens = TokenEstimate.FromCharacters(messages.Sum(message => (long)message.Text.Length)),
            OutputTokens = TokenEstimate.FromCharacters(text.Length),
        };
        yield return Update([Content(usage)], ChatFinishReason.Stop);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the client holds no resources.</summary>
    public void Dispose()
    {
    }

    private static ChatResponseUpdate Update(IList<AIContent> contents, ChatFinishReason? finishReason = null) =>
        new(ChatRole.Assistant, contents) { ModelId = Name, FinishReason = finishReason };

    private static UsageContent Content(MockUsage usage) => new(new UsageDetails
    {
        InputTokenCount = usage.InputTokens,
        OutputTokenCount = usage.OutputTokens,
        TotalTokenCount = usage.InputTokens + usage.OutputTokens,
        CachedInputTokenCount = usage.CachedTokens,
    });
}

/// <summary>The chat clients of runs with mocks, for steps without a mock. They have no provider, so that none can be called. Thread-safe.</summary>
internal static class MockClients
{
    /// <summary>Simulates every model; for checks, which call no model.</summary>
    public static IChatClientFactory Any { get; } = new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions());

    /// <summary>The client for a step of a run with these mocks.</summary>
    /// <exception cref="ModelException">The mocks do not let the simulation answer.</exception>
    public static IChatClient For(MockScript mocks, string model, TimeProvider time) =>
        new ChatClientFactory(time, fallback: mocks.Else is null ? null : SimulatedModelOptions.Parse(mocks.Else)).Create(model);
}
