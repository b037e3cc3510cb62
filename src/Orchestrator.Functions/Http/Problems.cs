using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http;

/// <summary>
/// The app's refusals as RFC 9457 problem details with a <c>code</c>. LocalHost has its own (<c>Problem</c>) for requests that reach no function and
/// for its management API: it knows none of these exceptions, and its answers are those of the Functions host.
/// </summary>
internal static class Problems
{
    /// <summary>The Retry-After header when the store is unavailable, in seconds.</summary>
    private const string RetryAfterSeconds = "10";

    /// <param name="more">Further members of the details.</param>
    public static IResult Of(int status, string code, string detail, params ReadOnlySpan<KeyValuePair<string, object?>> more)
    {
        var problem = new ProblemDetails
        {
            Type = "about:blank",
            Status = status,
            Title = ReasonPhrases.GetReasonPhrase(status),
            Detail = detail,
        };
        problem.Extensions["code"] = code;
        foreach (var (name, value) in more)
        {
            problem.Extensions[name] = value;
        }

        return Results.Json(problem, WorkflowJson.Compact, "application/problem+json", status);
    }

    public static IResult Of(RequestRefusedException refusal) => refusal.Diagnostics is null
        ? Of(refusal.Status, refusal.Code, refusal.Message)
        : Of(refusal.Status, refusal.Code, refusal.Message, new KeyValuePair<string, object?>("diagnostics", refusal.Diagnostics));

    /// <summary>The operation's answer, or problem details when it was refused. Other exceptions are bugs and propagate.</summary>
    public static async Task<IResult> AnswerAsync(Func<Task<IResult>> operation)
    {
        try
        {
            return await operation();
        }
        catch (Exception exception) when (Find(exception) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>
    /// The same for an operation that reads from the store: the answer is 503 when the store does not respond within <see cref="BoundedRead.Limit"/>.
    /// Writes of the operation, such as those of <see cref="RunReconciler"/>, must not use its token, which would interrupt them midway.
    /// </summary>
    /// <param name="read">It may continue after the answer, so it must not use the request or the response.</param>
    public static Task<IResult> AnswerAsync(Func<CancellationToken, Task<IResult>> read, TimeProvider time, CancellationToken cancellationToken) =>
        AnswerAsync(() => BoundedRead.RunAsync(read, BoundedRead.Limit, time, cancellationToken));

    public static IResult RunNotFound(string runId) => Of(StatusCodes.Status404NotFound, "runNotFound", $"There is no run '{runId}'.");

    public static IResult Of(DefinitionRefusedException refusal) => Of(
        StatusCodes.Status400BadRequest, "invalidDefinition", refusal.Message, new KeyValuePair<string, object?>("diagnostics", refusal.Diagnostics));

    public static IResult Of(RunRefusedException refusal)
    {
        // For 503 the request is valid and only the host lacks something, so that it may be repeated unchanged.
        var status = refusal.Reasons.All(reason => reason.Kind == ErrorKind.Unavailable)
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status400BadRequest;
        return Of(status, EnumNames.Of(refusal.Reasons[0].Kind), refusal.Message, new KeyValuePair<string, object?>("errors", refusal.Reasons));
    }

    public static IResult Of(RunStateException refusal) => Of(
        StatusCodes.Status409Conflict, "wrongState", refusal.Message, new KeyValuePair<string, object?>("runStatus", refusal.Status));

    public static IResult Of(RunExistsException refusal) => Of(StatusCodes.Status409Conflict, "runExists", refusal.Message);

    public static IResult Of(StoreRefusedException refusal) => refusal.Reason switch
    {
        StoreRefusal.NotFound => Of(StatusCodes.Status404NotFound, $"{refusal.Kind}NotFound", refusal.Message),
        StoreRefusal.Ambiguous => Of(
            StatusCodes.Status409Conflict, "ambiguousName", refusal.Message, new KeyValuePair<string, object?>("candidates", refusal.Candidates)),
        StoreRefusal.Changed => Of(StatusCodes.Status412PreconditionFailed, "preconditionFailed", refusal.Message),
        _ when refusal.Diagnostics.Count > 0 => Of(
            StatusCodes.Status400BadRequest,
            "invalidDefinition",
            refusal.Message,
            new KeyValuePair<string, object?>("diagnostics", refusal.Diagnostics)),
        _ => Of(StatusCodes.Status400BadRequest, "invalidName", refusal.Message),
    };

    public static IResult Of(PromptException refusal) => Of(
        StatusCodes.Status400BadRequest, "invalidPrompt", refusal.Message, new KeyValuePair<string, object?>("diagnostics", refusal.Diagnostics));

    /// <summary>The problem details of an exception; null when the exception is a bug.</summary>
    private static IResult? Find(Exception exception) => exception switch
    {
        RequestRefusedException refusal => Of(refusal),
        DefinitionRefusedException refusal => Of(refusal),
        RunRefusedException refusal => Of(refusal),
        RunExistsException refusal => Of(refusal),
        RunStateException refusal => Of(refusal),
        RunNotFoundException refusal => Of(StatusCodes.Status404NotFound, "runNotFound", refusal.Message),
        RunGoneException gone => RunNotFound(gone.Run.RunId),
        StoreRefusedException refusal => Of(refusal),
        PromptException refusal => Of(refusal),

        // Not 404, since something is stored there, and the user can correct it: use a newer version, or delete it.
        UnreadableRecordException problem => Of(
            StatusCodes.Status409Conflict, "unreadableRecord", problem.Message, new KeyValuePair<string, object?>("unreadable", problem.Word)),

        ContentStoreException problem => Of(problem),
        BadHttpRequestException problem => Of(
            problem.StatusCode, problem.StatusCode == StatusCodes.Status413PayloadTooLarge ? "payloadTooLarge" : "badRequest", problem.Message),
        _ => null,
    };

    /// <summary>Omits the message of the exception, which names a place on the server.</summary>
    private static HeaderResult Of(ContentStoreException problem) => new(
        Of(
            StatusCodes.Status503ServiceUnavailable,
            "storeUnavailable",
            $"The content store cannot be used{(problem.Hint is { } hint ? $": {hint}" : " now.")} "
            + "What was asked for may have happened; ask again later."),
        HeaderNames.RetryAfter,
        RetryAfterSeconds);
}

/// <summary>
/// An answer with a header. The header is set when the answer is written, so that an operation that exceeded its time never writes into a later
/// response.
/// </summary>
internal sealed class HeaderResult(IResult answer, string name, string value) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.Headers[name] = value;
        return answer.ExecuteAsync(httpContext);
    }
}
