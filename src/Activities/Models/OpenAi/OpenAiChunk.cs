using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// Reads a part of an answer: an event of the stream, or the whole answer of a server that does not stream. The SDK rejects a part with any
/// unexpected member (a count that is null or a text, a new <c>finish_reason</c>), although the answer has arrived and is paid for. So only the
/// members that are used are read here, and an unreadable count counts as not reported.
/// </summary>
internal static class OpenAiChunk
{
    /// <summary>The update of one part.</summary>
    /// <exception cref="JsonException">The JSON is not a part of a chat completion.</exception>
    public static ChatResponseUpdate Read(JsonElement chunk)
    {
        if (chunk.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("It is no object.");
        }

        var choice = FirstChoice(chunk);
        var update = new ChatResponseUpdate(ChatRole.Assistant, Content(choice))
        {
            ResponseId = Text(chunk, "id"),
            ModelId = Text(chunk, "model"),
            FinishReason = Finish(choice),
        };
        if (Member(chunk, "usage") is { ValueKind: JsonValueKind.Object } usage)
        {
            update.Contents.Add(new UsageContent(Details(usage)));
        }

        return update;
    }

    /// <summary>The first choice; null in the part that reports usage, and in Azure's part about the content filter of the prompt.</summary>
    private static JsonElement? FirstChoice(JsonElement chunk) => Member(chunk, "choices") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } choices => choices.GetArrayLength() == 0 ? null : choices[0],
        _ => throw new JsonException("The choices are no list."),
    };

    private static string Content(JsonElement? choice) => Member(Member(choice, "delta") ?? Member(choice, "message"), "content") switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => Text(part, "text"))),
        _ => throw new JsonException("The content is no text."),
    };

    private static ChatFinishReason? Finish(JsonElement? choice) => Text(choice, "finish_reason") switch
    {
        // Gateways send "error" when the answer broke off, so it is not a finish.
        null or "" or "error" => null,
        "function_call" => ChatFinishReason.ToolCalls,
        var reason => new ChatFinishReason(reason),
    };

    private static UsageDetails Details(JsonElement usage)
    {
        var input = Member(usage, "prompt_tokens_details");
        var details = new UsageDetails
        {
            InputTokenCount = Count(usage, "prompt_tokens"),
            OutputTokenCount = Count(usage, "completion_tokens"),
            CachedInputTokenCount = Count(input, "cached_tokens"),
        };
        if (Count(input, "cache_write_tokens") is { } written)
        {
            details.AdditionalCounts = new() { [ReportedUsage.CacheWriteCount] = written };
        }

        return details;
    }

    /// <summary>A number, also one written as a text; null when it is absent or not valid.</summary>
    private static long? Count(JsonElement? parent, string name)
    {
        var text = Member(parent, name) switch
        {
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            { ValueKind: JsonValueKind.String } written => written.GetString(),
            _ => null,
        };
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var count) && Math.Abs(count) < long.MaxValue
            ? (long)count
            : null;
    }

    private static string? Text(JsonElement? parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A member; null when it is absent or null, or when the parent is not an object.</summary>
    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
