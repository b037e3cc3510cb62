using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models.Mocks;

/// <summary>
/// Plays one answer of a mock script: waits its latency, then streams its output and reports its usage, or fails with its error. The usage of an
/// answer that fails is reported before it fails. Thread-safe; nothing to dispose.
/// </summary>
public sealed class MockChatClient(MockResponse response, TimeProvider clock) : IChatClient
{
    /// <summary>The provider name in the metadata; also the model of its updates.</summary>
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

            // The halves of a character outside the basic plane stay together, as they do in a stream of UTF-8.
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

    /// <summary>Nothing to give back.</summary>
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
