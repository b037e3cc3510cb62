using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using ChatFinishReason = Microsoft.Extensions.AI.ChatFinishReason;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// A model behind the chat completions API of OpenAI, a compatible server or Azure. Every call is streamed and is one request: retries are the
/// scheduler's. Failures are <see cref="ModelException"/>. Thread-safe; nothing to dispose.
/// </summary>
internal sealed class OpenAiChatClient(OpenAIClient openAi, string model, OpenAiErrors errors) : IChatClient
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
        // The SDK asks for usage (stream_options.include_usage) in every streamed call, and sends the limit as max_completion_tokens.
        var settings = new ChatCompletionOptions { Temperature = options?.Temperature, MaxOutputTokenCount = options?.MaxOutputTokens };
        if (options?.AdditionalProperties?.TryGetValue(PromptCall.ReasoningProperty, out string? effort) == true)
        {
#pragma warning disable OPENAI001 // The SDK calls the level experimental; the protocol does not.
            settings.ReasoningEffortLevel = new ChatReasoningEffortLevel(effort);
#pragma warning restore OPENAI001
        }

        await using var updates = openAi.GetChatClient(options?.ModelId ?? model)
            .CompleteChatStreamingAsync(messages.Select(Message), settings, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        ChatFinishReason? finish = null;
        while (await NextAsync(updates, cancellationToken) is { } update)
        {
            var answer = new ChatResponseUpdate(ChatRole.Assistant, string.Concat(update.ContentUpdate.Select(part => part.Text)))
            {
                ResponseId = update.CompletionId,
                ModelId = update.Model,
                FinishReason = Finish(update.FinishReason),
            };
            if (update.Usage is { } usage)
            {
                answer.Contents.Add(new UsageContent(Details(usage)));
            }

            finish ??= answer.FinishReason;
            yield return answer;
        }

        if (finish is null)
        {
            throw errors.CutOff();
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType == typeof(ChatClientMetadata))
        {
            return new ChatClientMetadata("openai", errors.Endpoint, model);
        }

        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing to give back: the connections are the provider's.</summary>
    public void Dispose()
    {
    }

    private static OpenAI.Chat.ChatMessage Message(ChatMessage message) => message.Role switch
    {
        var role when role == ChatRole.System => new SystemChatMessage(message.Text),
        var role when role == ChatRole.User => new UserChatMessage(message.Text),
        var role when role == ChatRole.Assistant => new AssistantChatMessage(message.Text),
        var role => throw new NotSupportedException($"Messages of the role '{role}' cannot be sent."),
    };

    private static ChatFinishReason? Finish(OpenAI.Chat.ChatFinishReason? reason) => reason switch
    {
        null => null,
        OpenAI.Chat.ChatFinishReason.Length => ChatFinishReason.Length,
        OpenAI.Chat.ChatFinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        OpenAI.Chat.ChatFinishReason.ToolCalls or OpenAI.Chat.ChatFinishReason.FunctionCall => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails Details(ChatTokenUsage usage)
    {
        var details = new UsageDetails
        {
            InputTokenCount = usage.InputTokenCount,
            OutputTokenCount = usage.OutputTokenCount,
            CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
        };
#pragma warning disable SCME0001 // The only way to what the SDK has no property for.
        if (usage.InputTokenDetails is { } input && input.Patch.TryGetValue("$.cache_write_tokens"u8, out long written))
#pragma warning restore SCME0001
        {
            details.AdditionalCounts = new() { [PromptCall.CacheWriteCount] = written };
        }

        return details;
    }

    private async Task<StreamingChatCompletionUpdate?> NextAsync(
        IAsyncEnumerator<StreamingChatCompletionUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            if (!await updates.MoveNextAsync())
            {
                return null;
            }

            errors.ThrowIfError(updates.Current);
            return updates.Current;
        }
        catch (Exception exception) when (exception is not ModelException)
        {
            // Whatever an aborted request fails with, it was cancelled.
            cancellationToken.ThrowIfCancellationRequested();
            throw errors.Of(exception);
        }
    }
}
