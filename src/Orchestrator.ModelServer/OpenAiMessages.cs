using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Orchestrator.ModelServer;

/// <summary>Writes what the protocol says: chunks of a stream, whole completions, errors.</summary>
/// <param name="model">As the answer names it.</param>
/// <param name="created">When it began.</param>
public sealed class OpenAiMessages(string id, string model, DateTimeOffset created)
{
    /// <summary>The last event of every stream.</summary>
    public const string Done = "[DONE]";

    /// <summary>A piece of the answer.</summary>
    public JsonObject Chunk(string text) => Chunk(new JsonObject { ["role"] = "assistant", ["content"] = text }, null);

    /// <summary>The end of the answer.</summary>
    public JsonObject Finish(ChatFinishReason reason) => Chunk([], reason);

    /// <summary>The chunk after the end of the answer, for clients that asked for it.</summary>
    public JsonObject Usage(UsageDetails usage)
    {
        var chunk = Envelope("chat.completion.chunk", []);
        chunk["usage"] = Counts(usage);
        return chunk;
    }

    /// <summary>The answer as a whole.</summary>
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
    /// <param name="code">Null for none.</param>
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
