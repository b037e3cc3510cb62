using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>Reads URLs. Messages never repeat a URL, because it may contain secrets.</summary>
internal static class HttpToolUrl
{
    /// <summary>Reads a URL and appends a query to it.</summary>
    /// <param name="query">Texts, numbers, true and false by name; a list repeats its name; null is left out.</param>
    /// <exception cref="ToolException">Kind <c>invalidInput</c>: the URL or the query is not valid.</exception>
    public static Uri Read(string text, JsonObject query)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw Invalid("The url is not complete. Write it with scheme and host, such as https://api.example.com/users.");
        }

        if (Problem(url) is { } problem)
        {
            throw Invalid($"The url {problem}");
        }

        var pairs = query.SelectMany(member => member.Value is JsonArray items
            ? items.Select(item => Pair(member.Key, item))
            : [Pair(member.Key, member.Value)]).OfType<string>();
        var joined = string.Join('&', [.. url.Query.TrimStart('?') is { Length: > 0 } own ? [own] : Array.Empty<string>(), .. pairs]);
        return new UriBuilder(url) { Query = joined, Fragment = "" }.Uri;
    }

    /// <summary>What is wrong with a URL, as the end of a sentence; null when it is valid.</summary>
    public static string? Problem(Uri url) =>
        url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps ? "must begin with http:// or https://."
        : url.UserInfo.Length > 0 ? "has a user or password in it. Send them in the header Authorization."
        : url.Host.Length == 0 ? "has no host."
        : null;

    private static string? Pair(string name, JsonNode? value) => value switch
    {
        null => null,
        JsonObject or JsonArray => throw Invalid($"'query.{name}' must be a text, a number, true, false, or a list of such."),
        _ => $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(Text(value))}",
    };

    private static string Text(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static ToolException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
