using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>Reads bodies of responses, never more of them than permitted.</summary>
internal static class HttpResponseBody
{
    private const int ErrorCharacters = 1_000;
    private const int BufferSize = 16 * 1024;

    // Otherwise .NET finds a duplicate name only when the object is accessed.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body as JSON or text; null when JSON is expected and the body is empty.</summary>
    /// <param name="expect"><c>json</c>, <c>text</c>, or <c>auto</c> to go by the content type.</param>
    /// <exception cref="ToolException">The body is too large, or is not what it should be.</exception>
    public static async Task<JsonNode?> ReadAsync(
        HttpResponseMessage response, string expect, int maxBytes, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var bytes = await ReadAsync(response.Content, maxBytes + 1, cancellationToken);
        if (bytes.Length > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var asJson = expect == "json" || (expect == "auto" && IsJson(response.Content.Headers.ContentType?.MediaType));
        var text = Decode(response.Content, bytes);
        return asJson ? ParseJson(text) : text;
    }

    /// <summary>The first 1,000 characters of the body, for an error; empty when it cannot be read.</summary>
    public static async Task<string> ReadBeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = Decode(response.Content, await ReadAsync(response.Content, ErrorCharacters * sizeof(int), cancellationToken));
        }
        catch (Exception exception) when (exception is ToolException or IOException or HttpRequestException or InvalidDataException)
        {
            // Keep the status even if the error body cannot be read.
            return "";
        }

        // A surrogate pair is not split.
        return text.Length <= ErrorCharacters
            ? text
            : text[..(char.IsHighSurrogate(text[ErrorCharacters - 1]) ? ErrorCharacters - 1 : ErrorCharacters)];
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[BufferSize];
        while (read.Length < limit)
        {
            var count = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - read.Length)), cancellationToken);
            if (count == 0)
            {
                break;
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private static string Decode(HttpContent content, byte[] bytes)
    {
        var charset = content.Headers.ContentType?.CharSet?.Trim('"', ' ');
        try
        {
            var encoding = string.IsNullOrEmpty(charset) ? Encoding.UTF8 : Encoding.GetEncoding(charset);
            return encoding.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(
                ErrorKind.OutputInvalid, $"The response is written in the charset '{charset}', which is not known here.", exception);
        }
    }

    private static JsonNode? ParseJson(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(JsonSurrogates.Mend(Encoding.UTF8.GetBytes(text)), documentOptions: Strict);
        }
        catch (JsonException exception)
        {
            throw new ToolException(
                ErrorKind.OutputInvalid,
                "The response is not the JSON that it should be. With \"expect\": \"text\" it is taken as it is.",
                exception);
        }
    }

    private static bool IsJson(string? mediaType) =>
        mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static ToolException TooLarge(int maxBytes) => new(
        ErrorKind.PayloadTooLarge,
        $"The response has more than {maxBytes} bytes, which is the limit for http_request. Ask for less, or raise the limit of the host.");
}
