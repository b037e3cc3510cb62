using System.Net;
using System.Text.Json;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>What a provider says about a failure.</summary>
/// <param name="Message">Its words, on one line and cut; empty when there are none.</param>
/// <param name="Codes">Everything that it calls the failure, separated by spaces; null when there is nothing.</param>
/// <param name="Status">The HTTP status, when the body has it.</param>
internal sealed record ErrorBody(string Message, string? Codes, HttpStatusCode? Status)
{
    private const int LongestMessage = 500;

    // Of a code that names the failure when there is no status.
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
    /// such as a page of a proxy, says nothing.
    /// </summary>
    /// <param name="key">Masked in the words; null when there is none.</param>
    public static ErrorBody Read(byte[] body, string? key)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(Within(document.RootElement) ?? document.RootElement, key);
        }
        catch (JsonException)
        {
            return new ErrorBody("", null, null);
        }
    }

    /// <summary>The error of a body or of a part of a stream; null when there is none.</summary>
    public static JsonElement? Within(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null ? error : null;

    /// <summary>Reads the error itself.</summary>
    /// <param name="key">Masked in the words; null when there is none.</param>
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

            // Some servers put the number itself there.
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
