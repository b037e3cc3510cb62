using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models.Simulated;

/// <summary>
/// A model that needs no account: it streams text that depends on the prompt only, at the pace of a real one, and reports usage in its last chunk
/// (input: characters ÷ 4; output: what it streamed). Thread-safe; nothing to dispose.
/// </summary>
public sealed class SimulatedChatClient(SimulatedModelOptions settings, TimeProvider clock, string model = SimulatedModelOptions.ModelName)
    : IChatClient
{
    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var started = clock.GetTimestamp();
        var prompt = string.Join("\n\n", messages.Select(message => message.Text));
        var pieces = SimulatedText.Compose(prompt, settings.Tokens);
        var count = Math.Min(pieces.Count, options?.MaxOutputTokens ?? int.MaxValue);
        for (var i = 0; i < count; i++)
        {
            // Due times count from the start, so that late timers do not add up.
            await WaitUntilAsync(started, settings.Latency + TimeSpan.FromSeconds((i + 1) / settings.TokensPerSecond), cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, pieces[i]) { ModelId = model };
        }

        var usage = new UsageDetails
        {
            InputTokenCount = TokenEstimate.FromCharacters(prompt.Length),
            OutputTokenCount = count,
            TotalTokenCount = TokenEstimate.FromCharacters(prompt.Length) + count,
        };
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(usage)])
        {
            ModelId = model,
            FinishReason = count < pieces.Count ? ChatFinishReason.Length : ChatFinishReason.Stop,
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType == typeof(ChatClientMetadata))
        {
            return new ChatClientMetadata(SimulatedModelOptions.ModelName, providerUri: null, model);
        }

        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing to give back.</summary>
    public void Dispose()
    {
    }

    private async Task WaitUntilAsync(long started, TimeSpan due, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wait = due - clock.GetElapsedTime(started);
        if (wait > TimeSpan.Zero)
        {
            // Timers count whole milliseconds and drop the rest; rounding down would wake us early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), clock, cancellationToken);
        }
    }
}
