using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.ModelServer;

/// <summary>
/// Answers requests with the simulated model's text, pace and usage, streamed or whole. The model of a request may have options
/// (<c>simulated:latency=0</c>); every other name is simulated with the defaults. Thread-safe.
/// </summary>
public sealed class SimulatedAnswer(TimeProvider clock)
{
    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly ChatClientFactory _models = new(clock, fallback: new SimulatedModelOptions());

    /// <summary>Answers one request; an invalid request is refused as OpenAI would refuse it.</summary>
    public async Task AnswerAsync(OpenAiExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var http = exchange.Http;
        try
        {
            var request = exchange.Body.Deserialize<Request>(Names)!;
            if (request is { Model.Length: > 0, Messages.Count: > 0, MaxTokens: not < 1 }
                && request.Messages.All(message => !string.IsNullOrWhiteSpace(message?.Role)))
            {
                await AnswerAsync(http, request);
            }
            else
            {
                await RefuseAsync(http, StatusCodes.Status400BadRequest, null, "A request needs a model and messages, and tokens to answer with.");
            }
        }
        catch (JsonException exception)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, null, $"The request cannot be read at {exception.Path ?? "$"}.");
        }
        catch (ModelException exception)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, "model_not_found", exception.Message);
        }
    }

    private async Task AnswerAsync(HttpContext http, Request request)
    {
        var client = _models.Create(request.Model);
        var asked = request.Messages.Select(message => new ChatMessage(new ChatRole(message!.Role), Text(message.Content))).ToList();
        var options = new ChatOptions { MaxOutputTokens = request.MaxTokens };
        var written = new OpenAiMessages($"chatcmpl-{Guid.NewGuid():N}", request.Model, clock.GetUtcNow());
        if (request.Stream == true)
        {
            var updates = client.GetStreamingResponseAsync(asked, options, http.RequestAborted);
            await StreamAsync(http, updates, written, request.StreamOptions?.IncludeUsage == true);
        }
        else
        {
            var answer = await client.GetResponseAsync(asked, options, http.RequestAborted);
            await http.Response.WriteAsJsonAsync(written.Completion(answer.Text, answer.FinishReason!.Value, answer.Usage!), http.RequestAborted);
        }
    }

    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<ChatResponseUpdate> updates, OpenAiMessages written, bool includeUsage)
    {
        http.Response.ContentType = "text/event-stream";
        await foreach (var update in updates)
        {
            if (update.Text.Length > 0)
            {
                await SendAsync(http, written.Chunk(update.Text).ToJsonString());
            }

            if (update.FinishReason is { } reason)
            {
                await SendAsync(http, written.Finish(reason).ToJsonString());
            }

            if (includeUsage && update.Contents.OfType<UsageContent>().SingleOrDefault() is { } usage)
            {
                await SendAsync(http, written.Usage(usage.Details).ToJsonString());
            }
        }

        await SendAsync(http, OpenAiMessages.Done);
    }

    private static async Task SendAsync(HttpContext http, string data)
    {
        await http.Response.WriteAsync($"data: {data}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    // Content is a text or a list of parts with texts.
    private static string Text(JsonNode? content) => content is JsonArray parts
        ? string.Join('\n', parts.OfType<JsonObject>().Select(part => part["text"]?.ToString()))
        : content?.ToString() ?? "";

    private static Task RefuseAsync(HttpContext http, int status, string? code, string message) =>
        OpenAiMessages.WriteErrorAsync(http.Response, status, "invalid_request_error", code, message);

    private sealed record Request(string Model, IReadOnlyList<Message?> Messages)
    {
        public bool? Stream { get; init; }

        public StreamOptions? StreamOptions { get; init; }

        public int? MaxCompletionTokens { get; init; }

        [JsonPropertyName("max_tokens")]
        public int? OlderMaxTokens { get; init; }

        [JsonIgnore]
        public int? MaxTokens => MaxCompletionTokens ?? OlderMaxTokens;
    }

    private sealed record Message(string Role, JsonNode? Content = null);

    private sealed record StreamOptions(bool? IncludeUsage = null);
}
