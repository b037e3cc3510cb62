using System.Net;
using System.Text.Json;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>The error in the body of a provider's answer. Immutable.</summary>
/// <param name="Message">The message, on one line and truncated to 500 characters; empty for none.</param>
/// <param name="Codes">All codes and types of the error, separated by spaces; null for none.</param>
/// <param name="Status">The HTTP status that the codes mean; null when they mean none.</param>
internal sealed record ErrorBody(string Message, string? Codes, HttpStatusCode? Status)
{
    private const int LongestMessage = 500;

    /// <summary>The status that a code means, for errors in a stream, whose own status was 200.</summary>
    private static readonly Dictionary<string, HttpStatusCode> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["content_filter"] = HttpStatusCode.BadRequest,
        ["context_length_exceeded"] = HttpStatusCode.BadRequest,
        ["invalid_request_error"] = HttpStatusCode.BadRequest,
        ["insufficient_quota"] = HttpStatusCode.TooManyRequests,
        ["rate_limit_exceeded"] = HttpStatusCode.TooManyRequests,
        ["invalid_api_key"] = HttpStatusCode.Unauthorized,
    };

    /// <summary>
    /// Reads <c>{"error":{…}}</c>, the error alone, <c>{"error":"…"}</c> and <c>{"message":"…"}</c>, as different servers write it. Anything else,
    /// such as the page of a proxy, gives an empty error.
    /// </summary>
    /// <param name="key">The API key, masked in the message; null for none.</param>
    public static ErrorBody Read(byte[] body, string? key)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(Find(document.RootElement) ?? document.RootElement, key);
        }
        catch (JsonException)
        {
            return new ErrorBody("", null, null);
        }
    }

    /// <summary>The member <c>error</c> of a body or of a part of a stream; null when there is none.</summary>
    public static JsonElement? Find(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null ? error : null;

    /// <summary>Reads the error itself.</summary>
    /// <param name="key">The API key, masked in the message; null for none.</param>
    public static ErrorBody Read(JsonElement error, string? key)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            return new ErrorBody(error.ValueKind == JsonValueKind.String ? OneLine(error.GetString()!, key) : "", null, null);
        }

        var inner = error.TryGetProperty("innererror", out var element) ? Text(element, "code") : null;
        string[] codes = [.. new[] { Text(error, "code"), Text(error, "type"), inner }.OfType<string>().Where(code => code.Length > 0)];
        return new ErrorBody(OneLine(Text(error, "message") ?? "", key), codes.Length == 0 ? null : string.Join(' ', codes), StatusOf(codes));
    }

    private static HttpStatusCode? StatusOf(string[] codes)
    {
        foreach (var code in codes)
        {
            if (Known.TryGetValue(code, out var status))
            {
                return status;
            }

            // Some servers send the number of the status as the code.
            if (int.TryParse(code, out var number) && number is >= 400 and < 600)
            {
                return (HttpStatusCode)number;
            }
        }

        return null;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

    private static string OneLine(string text, string? key)
    {
        var masked = key is null ? text : text.Replace(key, "***", StringComparison.Ordinal);
        var line = string.Join(' ', masked.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }
}
