using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models.Simulated;

/// <summary>
/// A model that needs no account: it streams text that depends on the prompt only, at the pace of a real model, and reports its usage in the last
/// chunk (input: characters ÷ 4; output: the number of pieces). Thread-safe.
/// </summary>
/// <param name="clock">The time in which the text is streamed.</param>
/// <param name="model">The model that the answer names.</param>
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
            // Due times count from the start, so that delays of timers do not accumulate.
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

    /// <summary>Does nothing: the client holds no resources.</summary>
    public void Dispose()
    {
    }

    private async Task WaitUntilAsync(long started, TimeSpan due, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wait = due - clock.GetElapsedTime(started);
        if (wait > TimeSpan.Zero)
        {
            // Timers truncate to whole milliseconds, which would end the wait early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), clock, cancellationToken);
        }
    }
}
