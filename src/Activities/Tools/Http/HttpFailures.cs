using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>Translates responses and exceptions of HTTP into tool failures.</summary>
internal static class HttpFailures
{
    /// <summary>The failure for a response whose status is not a success.</summary>
    public static async Task<ToolException> OfAsync(
        HttpToolRequest request, HttpResponseMessage response, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var kind = KindOf(response.StatusCode);
        var status = (int)response.StatusCode;
        return new ToolException(new WorkflowError(kind, $"{request.Origin} answered {request.Method} with status {status}.{Remedy(kind)}")
        {
            Retryable = WorkflowError.IsTransient(kind),
            RetryAfterMs = WorkflowError.IsTransient(kind) ? RetryAfter.Milliseconds(Header(response), now) : null,
            Details = new JsonObject { ["status"] = status, ["body"] = await HttpResponseBody.ReadBeginningAsync(response, cancellationToken) },
        });
    }

    private static string? Header(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.First() : null;

    /// <summary>The failure for an exception of the HTTP handler.</summary>
    /// <param name="redirected">Whether the request follows a redirect, so that the definition did not name its URL.</param>
    public static ToolException Of(HttpToolRequest request, bool redirected, Exception exception) => exception switch
    {
        { InnerException: AddressRefusedException refused } => NotAllowed(
            request, redirected, $"is at {refused.Address}, which is no public address. Only a host that allows private addresses may call it."),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Unavailable(
            $"The host of {request.Origin} cannot be found.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new ToolException(
            ErrorKind.ToolFailed, $"{request.Origin} does not prove that it is that host, or speaks no TLS. Check its certificate.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new ToolException(
            ErrorKind.PayloadTooLarge, $"The headers of the response of {request.Origin} are too large.", exception),
        InvalidDataException => new ToolException(ErrorKind.OutputInvalid, $"The response of {request.Origin} cannot be decompressed.", exception),
        _ => Unavailable($"The connection to {request.Origin} failed.", exception),
    };

    /// <summary>The failure for a request to a host or address that is not permitted.</summary>
    /// <param name="redirected">Whether the request follows a redirect.</param>
    /// <param name="what">The rest of the sentence, after the origin, and what to do.</param>
    public static ToolException NotAllowed(HttpToolRequest request, bool redirected, string what) =>
        new(redirected ? ErrorKind.ToolFailed : ErrorKind.InvalidInput, $"{(redirected ? "The redirect to " : "")}{request.Origin} {what}");

    private static ToolException Unavailable(string message, Exception exception) => new(ErrorKind.Unavailable, message, exception);

    private static ErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests => ErrorKind.RateLimited,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorKind.Authentication,
        _ => ErrorKind.ToolFailed,
    };

    private static string Remedy(ErrorKind kind) => kind switch
    {
        ErrorKind.Authentication => " Check what the step sends to prove who it is.",
        ErrorKind.ToolFailed => " The details have what it said.",
        _ => "",
    };
}
