using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>Sends HTTP requests to the hosts and addresses that the options permit. Thread-safe.</summary>
internal sealed class HttpRequestTool : ITool, IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpToolOptions _options;
    private readonly TimeProvider _time;
    private readonly HostAllowList _hosts;
    private readonly HttpMessageInvoker _http;

    public HttpRequestTool(HttpToolOptions options, TimeProvider time)
        : this(options, time, options.AllowPrivateAddresses ? _ => true : PublicAddress.IsPublic, Dns.GetHostAddressesAsync)
    {
    }

    /// <param name="mayConnect">Whether an address is permitted.</param>
    /// <param name="resolve">Resolves a host name to its addresses.</param>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">An allowed host is no host.</exception>
    internal HttpRequestTool(
        HttpToolOptions options, TimeProvider time, Predicate<IPAddress> mayConnect, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        _options = options;
        _time = time;
        _hosts = new HostAllowList(options.AllowedHosts);
        _http = new HttpMessageInvoker(new GuardedConnector(mayConnect, resolve).CreateHandler());
    }

    public string Name => "http_request";

    public string Description => "Sends an HTTP request and gives status, headers and body of the response.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse($$"""
        {
          "type": "object",
          "properties": {
            "url": { "type": "string", "description": "Where to, with http:// or https://." },
            "method": { "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "description": "The method.", "default": "GET" },
            "headers": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Headers by name; null leaves one out." },
            "query": { "type": "object", "description": "Added to the query of the URL; a list repeats its name." },
            "body": { "description": "A text is sent as it is, anything else as JSON." },
            "timeout": {
              "type": "integer",
              "minimum": 1,
              "maximum": {{HttpToolOptions.LongestTimeoutMs}},
              "description": "How long it may take, in milliseconds; the host has a default."
            },
            "expect": {
              "enum": ["auto", "json", "text"],
              "description": "What the body of the response is; auto believes its content type.",
              "default": "auto"
            }
          },
          "required": ["url"],
          "additionalProperties": false
        }
        """);

    public async Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var request = HttpToolRequest.Read(call);
        var limit = call.Input.Integer("timeout") ?? _options.TimeoutMs;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(limit), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await FollowAsync(request, call.Input.Text("expect") ?? "auto", either.Token);
        }
        catch (Exception exception)
            when (either.IsCancellationRequested && exception is (OperationCanceledException or ToolException { InnerException: not null }))
        {
            // The handler may report an abort as a broken connection.
            throw cancellationToken.IsCancellationRequested
                ? new OperationCanceledException("The request was cancelled.", exception, cancellationToken)
                : new ToolException(
                    ErrorKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"{request.Origin} did not answer within {limit} ms."), exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode?> FollowAsync(HttpToolRequest request, string expect, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            if (!_hosts.Allows(request.Url))
            {
                throw HttpFailures.NotAllowed(request, redirects > 0, "is none of the hosts that may be called (AllowedHosts).");
            }

            try
            {
                using var message = request.ToMessage();
                using var response = await _http.SendAsync(message, cancellationToken);
                if (Target(request, response) is not { } target)
                {
                    return response.IsSuccessStatusCode
                        ? await OutputAsync(response, expect, cancellationToken)
                        : throw await HttpFailures.OfAsync(request, response, _time.GetUtcNow(), cancellationToken);
                }

                if (redirects == MaxRedirects)
                {
                    throw new ToolException(
                        ErrorKind.ToolFailed, $"{request.Origin} redirects for the {MaxRedirects + 1}th time; {MaxRedirects} are followed.");
                }

                request = request.Redirected(response.StatusCode, target);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
            {
                throw HttpFailures.Of(request, redirects > 0, exception);
            }
        }
    }

    /// <summary>The target of a redirect; null when the response is not a redirect.</summary>
    /// <exception cref="ToolException">The target may not be requested.</exception>
    private static Uri? Target(HttpToolRequest request, HttpResponseMessage response)
    {
        if (response is not
            {
                StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                    or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect,
                Headers.Location: { } location,
            })
        {
            return null;
        }

        var problem = !Uri.TryCreate(request.Url, location, out var target) ? "leads to no URL."
            : HttpToolUrl.Problem(target) is { } reason ? reason
            : request.Url.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp ? "leads from https to http, which is not followed."
            : null;
        return problem is null ? target! : throw new ToolException(ErrorKind.ToolFailed, $"The redirect from {request.Origin} {problem}");
    }

    private async Task<JsonNode?> OutputAsync(HttpResponseMessage response, string expect, CancellationToken cancellationToken)
    {
        var headers = new JsonObject();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name.ToLowerInvariant()] = SensitiveHeader.Is(name) ? SensitiveHeader.Hidden : values.ToString();
        }

        return new JsonObject
        {
            ["status"] = (int)response.StatusCode,
            ["headers"] = headers,
            ["body"] = await HttpResponseBody.ReadAsync(response, expect, _options.MaxResponseBytes, cancellationToken),
        };
    }
}

/// <summary>Headers whose values are neither shown nor recorded.</summary>
internal static class SensitiveHeader
{
    /// <summary>Replaces a hidden value.</summary>
    public const string Hidden = "***";

    private static readonly string[] Parts = ["authorization", "cookie", "api-key", "apikey", "token", "secret"];

    /// <summary>Whether a header of this name, in any letter case, may carry credentials.</summary>
    public static bool Is(string name) => Parts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
