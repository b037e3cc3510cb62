using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Transforms;

/// <summary>The first complete JSON value in an output that may have prose or code fences around it. The text itself if there is none.</summary>
internal sealed class ParseJson() : OutputTransform("parseJson")
{
    public override TransformResult Apply(string text) => JsonSearch.Find(text, lenient: false) is { } found
        ? new TransformResult(found.Value)
        : new TransformResult(JsonValue.Create(text), "No complete JSON value was found in the output, so the text itself was kept.");
}

/// <summary>
/// The JSON-like scores of Wordware: as parseJson, but trailing commas and comments are allowed. The text itself if there are none.
/// </summary>
internal sealed class ExtractWordwareScores() : OutputTransform("extractWordwareScores")
{
    public override TransformResult Apply(string text) => JsonSearch.Find(text, lenient: true) is { } found
        ? new TransformResult(found.Value)
        : new TransformResult(JsonValue.Create(text), "No JSON with scores was found in the output, so the text itself was kept.");
}

/// <summary>
/// Finds JSON in text. Objects and lists may be anywhere; other values must be the whole text or a whole code fence. Used for one search.
/// </summary>
internal sealed partial class JsonSearch
{
    // Bounds the search in hostile text: the number of brackets that are tried, and how many times the text is read in all.
    private const int MaxAttempts = 1_000;
    private const int MaxPasses = 8;
    private const int MaxDepth = 64;
    private const int MaxFences = 100;

    private readonly byte[] _bytes;
    private readonly JsonReaderOptions _options;

    private JsonSearch(string text, bool lenient)
    {
        _bytes = Encoding.UTF8.GetBytes(text);
        _options = new JsonReaderOptions
        {
            MaxDepth = MaxDepth,
            AllowTrailingCommas = lenient,
            CommentHandling = lenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
        };
    }

    /// <summary>The first complete value, nested at most 64 deep; null if there is none.</summary>
    public static Found? Find(string text, bool lenient)
    {
        var search = new JsonSearch(text, lenient);
        return search.Whole(0, search._bytes.Length)
            ?? search.First()
            ?? Fence().Matches(text).Take(MaxFences)
                .Select(match => InFence(match.Groups[1].Value, lenient))
                .FirstOrDefault(found => found is not null)
            ?? search.Greedy();
    }

    private static Found? InFence(string content, bool lenient)
    {
        var fence = new JsonSearch(content, lenient);
        return fence.Whole(0, fence._bytes.Length);
    }

    [GeneratedRegex(@"^[ \t]*```[^\n`]{0,40}\n(.*?)^[ \t]*```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    private Found? First()
    {
        Found? citation = null;
        var budget = ((long)_bytes.Length * MaxPasses) + 4_096;
        var position = 0;
        for (var attempts = 0; attempts < MaxAttempts && budget > 0; attempts++)
        {
            var next = _bytes.AsSpan(position).IndexOfAny((byte)'{', (byte)'[');
            if (next < 0)
            {
                break;
            }

            position += next;
            var end = End(position, out var read);
            budget -= read;
            if (end < 0)
            {
                // The value is cut off: a part of it must not be taken for the whole.
                return null;
            }

            if (end == 0 || Whole(position, end) is not { } found)
            {
                position++;
                continue;
            }

            if (!IsCitation(found.Value))
            {
                return found;
            }

            citation ??= found;
            position = end;
        }

        return citation;
    }

    // From the first { to the last }, as Wordware did: whatever it could read must be read here, even if the search above gave up.
    private Found? Greedy()
    {
        var (start, end) = (Array.IndexOf(_bytes, (byte)'{'), Array.LastIndexOf(_bytes, (byte)'}'));
        return start >= 0 && end > start ? Whole(start, end + 1) : null;
    }

    /// <summary>Where the value that begins at <paramref name="start"/> ends; 0 if it is not JSON, -1 if it is cut off or too deep.</summary>
    private int End(int start, out long read)
    {
        var reader = new Utf8JsonReader(_bytes.AsSpan(start), isFinalBlock: false, new JsonReaderState(_options));
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    read = reader.BytesConsumed;
                    return start + (int)reader.BytesConsumed;
                }
            }

            read = _bytes.Length - start;
            return -1;
        }
        catch (JsonException)
        {
            read = reader.BytesConsumed;
            return reader.CurrentDepth >= MaxDepth - 1 ? -1 : 0;
        }
    }

    private Found? Whole(int start, int end)
    {
        var json = _bytes.AsSpan(start, end - start);
        try
        {
            return Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return Parse(JsonSurrogates.Mend(json));
        }
    }

    private Found? Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, _options);
        using var document = JsonDocument.ParseValue(ref reader);
        return reader.Read() ? null : new Found(Copy(document.RootElement));
    }

    // As in JSON.parse, the last of several members of one name counts; JsonNode.Parse would fail at the first access.
    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var copy = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    copy[member.Name] = Copy(member.Value);
                }

                return copy;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Copy)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    // [1] in prose is a citation; it is taken only if there is no other value.
    private static bool IsCitation(JsonNode? value) =>
        value is JsonArray list && list.All(item => item?.GetValueKind() == JsonValueKind.Number);

    internal sealed record Found(JsonNode? Value);
}
