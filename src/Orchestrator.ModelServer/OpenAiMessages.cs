using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Orchestrator.ModelServer;

/// <summary>Makes the messages of the protocol: chunks of a stream, whole completions, errors. Thread-safe.</summary>
/// <param name="id">The id of the answer.</param>
/// <param name="model">The model that the answer names.</param>
/// <param name="created">When the answer began.</param>
public sealed class OpenAiMessages(string id, string model, DateTimeOffset created)
{
    /// <summary>The last event of every stream.</summary>
    public const string Done = "[DONE]";

    /// <summary>A chunk with a piece of the answer's text.</summary>
    public JsonObject Chunk(string text) => Chunk(new JsonObject { ["role"] = "assistant", ["content"] = text }, null);

    /// <summary>The chunk that ends the answer.</summary>
    public JsonObject Finish(ChatFinishReason reason) => Chunk([], reason);

    /// <summary>The chunk with the usage after the end of the answer, for clients that requested it (<c>stream_options.include_usage</c>).</summary>
    public JsonObject Usage(UsageDetails usage)
    {
        var chunk = Envelope("chat.completion.chunk", []);
        chunk["usage"] = Counts(usage);
        return chunk;
    }

    /// <summary>The answer without streaming.</summary>
    public JsonObject Completion(string text, ChatFinishReason reason, UsageDetails usage)
    {
        var completion = Envelope("chat.completion",
        [
            new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
                ["finish_reason"] = reason.Value,
            },
        ]);
        completion["usage"] = Counts(usage);
        return completion;
    }

    /// <summary>Answers with an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="type">The protocol's type of error, such as <c>invalid_request_error</c>.</param>
    /// <param name="code">The protocol's code; null for none.</param>
    public static Task WriteErrorAsync(HttpResponse response, int status, string type, string? code, string message)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(
            new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code } });
    }

    private static JsonObject Counts(UsageDetails usage) => new()
    {
        ["prompt_tokens"] = usage.InputTokenCount,
        ["completion_tokens"] = usage.OutputTokenCount,
        ["total_tokens"] = usage.TotalTokenCount,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedInputTokenCount ?? 0 },
    };

    private JsonObject Chunk(JsonObject delta, ChatFinishReason? reason) =>
        Envelope("chat.completion.chunk", [new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = reason?.Value }]);

    private JsonObject Envelope(string type, JsonArray choices) => new()
    {
        ["id"] = id,
        ["object"] = type,
        ["created"] = created.ToUnixTimeSeconds(),
        ["model"] = model,
        ["choices"] = choices,
    };
}
