using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Management;

/// <summary>
/// Reads the route, the query and the body of a management request. A value that cannot be parsed is refused: no filter is dropped silently.
/// </summary>
internal static class ManagementRequest
{
    private const double MaxWaitSeconds = 24 * 60 * 60;

    public static string InstanceId(this HttpContext http) => http.RouteText("instanceId");

    /// <summary>A value of the route; empty when an optional one is missing.</summary>
    public static string RouteText(this HttpContext http, string name) => http.Request.RouteValues[name] as string ?? string.Empty;

    public static string? Text(this HttpRequest request, string name) => request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public static bool Flag(this HttpRequest request, string name, bool missing) => request.Value(name) switch
    {
        null => missing,
        { } text when bool.TryParse(text, out var value) => value,
        { } text => throw Wrong(name, text, "true or false"),
    };

    public static int Count(this HttpRequest request, string name, int missing) => request.Value(name) switch
    {
        null => missing,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 => value,
        { } text => throw Wrong(name, text, "a whole number from 1"),
    };

    public static DateTimeOffset? Time(this HttpRequest request, string name) => request.Value(name) switch
    {
        null => null,

        // An unescaped plus sign is decoded as a space.
        { } text when DateTimeOffset.TryParse(
            text.Replace(' ', '+'),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var value) => value,
        { } text => throw Wrong(name, text, "a time such as 2030-01-31T12:00:00Z"),
    };

    public static TimeSpan? Seconds(this HttpRequest request, string name) => request.Value(name) switch
    {
        null => null,
        { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= MaxWaitSeconds =>
            TimeSpan.FromSeconds(value),
        { } text => throw Wrong(name, text, string.Create(CultureInfo.InvariantCulture, $"a number of seconds from 0 to {MaxWaitSeconds}")),
    };

    /// <summary>The values of <c>runtimeStatus</c>, comma-separated or repeated; null when there is none.</summary>
    public static IReadOnlyList<OrchestrationRuntimeStatus>? Statuses(this HttpRequest request)
    {
        const string name = "runtimeStatus";
        string[] texts =
        [
            .. request.Query[name].SelectMany(
                value => (value ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
        ];
        return texts.Length == 0 ? null : [.. texts.Select(Status)];

        static OrchestrationRuntimeStatus Status(string text) =>
            Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status) && char.IsAsciiLetter(text[0])
                ? status
                : throw Wrong(name, text, "one of " + string.Join(", ", Enum.GetNames<OrchestrationRuntimeStatus>()));
    }

    /// <summary>The body as one JSON value; null for an empty body and for JSON's null.</summary>
    /// <exception cref="BadHttpRequestException">The body is not JSON.</exception>
    public static async Task<JsonElement?> ReadJsonAsync(this HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        if (body.Length == 0)
        {
            return null;
        }

        body.Position = 0;
        try
        {
            using var document = await JsonDocument.ParseAsync(body, default, request.HttpContext.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"The body is not JSON: {exception.Message}", exception);
        }
    }

    private static string? Value(this HttpRequest request, string name) => request.Text(name) is { Length: > 0 } text ? text : null;

    private static BadHttpRequestException Wrong(string name, string text, string rule) =>
        new($"The query parameter '{name}' is '{text}'; it must be {rule}.");
}
