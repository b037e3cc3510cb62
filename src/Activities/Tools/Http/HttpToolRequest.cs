using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>One request of the tool, and the request that follows a redirect. Immutable.</summary>
internal sealed record HttpToolRequest
{
    private const string ContentType = "Content-Type";
    private const string IdempotencyKeyName = "Idempotency-Key";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Headers that belong to the connection, or would send the request to another host than the one that was checked.</summary>
    private static readonly HashSet<string> ConnectionHeaders = new(
        [
            "Host", "Connection", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Keep-Alive", "Proxy-Authorization",
            "Proxy-Connection",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers without credentials, which a redirect to another origin may carry.</summary>
    private static readonly HashSet<string> CrossOriginHeaders =
        new(["Accept", "Accept-Language", "User-Agent", ContentType], StringComparer.OrdinalIgnoreCase);

    public required HttpMethod Method { get; init; }

    public required Uri Url { get; init; }

    /// <summary>The headers; names are not case-sensitive.</summary>
    public required Dictionary<string, string> Headers { get; init; }

    public byte[]? Body { get; init; }

    public required string IdempotencyKey { get; init; }

    /// <summary>Scheme, host and port, for messages: paths and queries may contain secrets.</summary>
    public string Origin => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>Reads the request from the input of a call.</summary>
    /// <exception cref="ToolException">Kind <c>invalidInput</c>: URL, query or a header cannot be sent.</exception>
    public static HttpToolRequest Read(ToolCall call)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in call.Input["headers"] as JsonObject ?? [])
        {
            if (value is not null)
            {
                AddHeader(headers, name, value.GetValue<string>());
            }
        }

        var body = call.Input["body"];
        var isText = body?.GetValueKind() == JsonValueKind.String;
        if (body is not null)
        {
            headers.TryAdd(ContentType, isText ? "text/plain; charset=utf-8" : "application/json");
        }

        headers.TryAdd("User-Agent", "orchestrator");
        return new HttpToolRequest
        {
            Method = HttpMethod.Parse(call.Input.Text("method") ?? "GET"),
            Url = HttpToolUrl.Read(call.Input.Text("url")!, call.Input["query"] as JsonObject ?? []),
            Headers = headers,
            Body = body is null ? null : Encoding.UTF8.GetBytes(isText ? body.GetValue<string>() : body.ToJsonString(WorkflowJson.Compact)),
            IdempotencyKey = call.IdempotencyKey,
        };
    }

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, Url) { Content = Body is null ? null : new ByteArrayContent(Body) };
        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (Method != HttpMethod.Get && Method != HttpMethod.Head && !Headers.ContainsKey(IdempotencyKeyName))
        {
            message.Headers.TryAddWithoutValidation(IdempotencyKeyName, Uri.EscapeDataString(IdempotencyKey));
        }

        return message;
    }

    /// <summary>
    /// The request that follows a redirect: as GET without a body where the status means that, and without the headers meant for the first origin
    /// when it goes to another one.
    /// </summary>
    public HttpToolRequest Redirected(HttpStatusCode status, Uri target)
    {
        var sameOrigin = Uri.Compare(Url, target, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
        var asGet = (status == HttpStatusCode.SeeOther && Method != HttpMethod.Head)
            || (status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found && Method == HttpMethod.Post);
        return this with
        {
            Url = target,
            Method = asGet ? HttpMethod.Get : Method,
            Body = asGet ? null : Body,
            Headers = Headers
                .Where(header => sameOrigin || CrossOriginHeaders.Contains(header.Key))
                .Where(header => !asGet || !header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
        };
    }

    private static void AddHeader(Dictionary<string, string> headers, string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw Invalid($"'{name}' cannot be the name of a header.");
        }

        if (ConnectionHeaders.Contains(name))
        {
            throw Invalid($"The header '{name}' is the connection's own and cannot be set. Remove it.");
        }

        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw Invalid(
                $"The value of the header '{name}' has line breaks, control characters or letters beyond ASCII, which headers cannot carry.");
        }

        if (!headers.TryAdd(name, value))
        {
            throw Invalid($"The header '{name}' is there twice, in different letter cases. Keep one.");
        }
    }

    private static ToolException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}

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
