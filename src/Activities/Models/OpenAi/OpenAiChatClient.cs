using System.ClientModel;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.AI.OpenAI;
using Azure.AI.OpenAI.Chat;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using ChatFinishReason = Microsoft.Extensions.AI.ChatFinishReason;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// The client of a model behind the chat completions API of OpenAI, a compatible server or Azure. Every call is streamed and is one request, because
/// the scheduler retries. Failures are thrown as <see cref="ModelException"/>. Thread-safe.
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
        // The SDK requests usage (stream_options.include_usage) in every streamed call. It sends the limit as max_completion_tokens, to Azure only
        // when that is enabled.
        var settings = new ChatCompletionOptions { Temperature = options?.Temperature, MaxOutputTokenCount = options?.MaxOutputTokens };
        if (openAi is AzureOpenAIClient)
        {
#pragma warning disable AOAI001 // Reasoning models refuse max_tokens, the name that is sent otherwise.
            settings.SetNewMaxCompletionTokensPropertyEnabled();
#pragma warning restore AOAI001
        }

        if (options?.AdditionalProperties?.TryGetValue(PromptCall.ReasoningProperty, out string? effort) == true)
        {
#pragma warning disable OPENAI001 // The SDK marks the level as experimental; in the protocol it is stable.
            settings.ReasoningEffortLevel = new ChatReasoningEffortLevel(effort);
#pragma warning restore OPENAI001
        }

        var client = openAi.GetChatClient(options?.ModelId ?? model);
        var answer = client.CompleteChatStreamingAsync(messages.Select(Message), settings, cancellationToken);
        await using var updates = ReadAsync(answer, cancellationToken).GetAsyncEnumerator(cancellationToken);
        ChatFinishReason? finish = null;
        while (await NextAsync(updates, cancellationToken) is { } update)
        {
            finish ??= update.FinishReason;
            yield return update;
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

    /// <summary>Does nothing: the provider owns the connections.</summary>
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

    /// <summary>
    /// Reads the answer here: the SDK only makes the request and checks the status, for the reason given at <see cref="OpenAiChunk"/>.
    /// </summary>
    private async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        AsyncCollectionResult<StreamingChatCompletionUpdate> answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in answer.GetRawPagesAsync().WithCancellation(cancellationToken))
        {
            using var response = page.GetRawResponse();
            var body = response.ContentStream!;
            if (response.Headers.TryGetValue("Content-Type", out var type)
                && type?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true)
            {
                // Some servers do not stream although streaming is requested.
                using var whole = await JsonDocument.ParseAsync(new PartLimitStream(body, isOnePart: true), default, cancellationToken);
                yield return Part(whole.RootElement);
                yield break;
            }

            await foreach (var line in SseParser.Create(new PartLimitStream(body, isOnePart: false)).EnumerateAsync(cancellationToken))
            {
                if (line.Data == "[DONE]")
                {
                    yield break;
                }

                using var chunk = JsonDocument.Parse(line.Data);
                yield return Part(chunk.RootElement);
            }
        }
    }

    private ChatResponseUpdate Part(JsonElement chunk)
    {
        errors.ThrowIfError(chunk);
        return OpenAiChunk.Read(chunk);
    }

    private async Task<ChatResponseUpdate?> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync() ? updates.Current : null;
        }
        catch (Exception exception) when (exception is not ModelException)
        {
            // An aborted request may fail with any exception.
            cancellationToken.ThrowIfCancellationRequested();
            throw errors.Of(exception);
        }
    }
}
