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
        await using var updates = openAi.GetChatClient(options?.ModelId ?? model)
            .CompleteChatStreamingAsync(messages.Select(Message), settings, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        var (finish, reported) = (default(ChatFinishReason?), new UsageDetails());
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
                answer.Contents.Add(new UsageContent(Since(reported, reported = Details(usage))));
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

    private static UsageDetails Details(ChatTokenUsage usage) => new()
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
    };

    // Some compatible servers repeat the totals so far in every chunk, and whoever reads usage adds it up.
    private static UsageDetails Since(UsageDetails before, UsageDetails now) => new()
    {
        InputTokenCount = now.InputTokenCount - (before.InputTokenCount ?? 0),
        OutputTokenCount = now.OutputTokenCount - (before.OutputTokenCount ?? 0),
        TotalTokenCount = now.TotalTokenCount - (before.TotalTokenCount ?? 0),
        CachedInputTokenCount = now.CachedInputTokenCount - (before.CachedInputTokenCount ?? 0),
    };

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
