using System.Net;
using System.Net.Sockets;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>Says what a client's exception means for the workflow.</summary>
internal static class ModelErrors
{
    /// <summary>
    /// The failure as a <see cref="ModelException"/>, one that already is one unchanged. Knows HTTP, sockets and timeouts; clients that know more of
    /// their provider (Retry-After, codes in the body) throw <see cref="ModelException"/> themselves.
    /// </summary>
    public static ModelException Translate(Exception exception) => exception switch
    {
        ModelException known => known,
        HttpRequestException { StatusCode: { } status } =>
            Of(KindOf(status, exception.Message), $"The model answered {(int)status} {status}", exception),
        TimeoutException or OperationCanceledException => Of(ErrorKind.Timeout, "The model did not answer in time", exception),
        HttpRequestException or IOException or SocketException => Of(ErrorKind.Unavailable, "The connection to the model failed", exception),
        _ => Of(ErrorKind.Internal, $"The client of the model failed ({exception.GetType().Name})", exception),
    };

    private static ModelException Of(ErrorKind kind, string what, Exception exception) => new(
        new WorkflowError(kind, $"{what}: {exception.Message.TrimEnd('.')}.{Remedy(kind)}") { Retryable = WorkflowError.IsTransient(kind) },
        exception);

    private static string Remedy(ErrorKind kind) => kind switch
    {
        ErrorKind.Authentication => " Check the API key and what it may use.",
        ErrorKind.ContextLength => " Shorten the prompt or its inputs, or choose a model with a larger context.",
        ErrorKind.InvalidInput => " Check the model's name and the options of the prompt.",
        ErrorKind.Internal => " This is probably a bug; the log has the whole exception.",
        _ => "",
    };

    private static ErrorKind KindOf(HttpStatusCode status, string message) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorKind.Authentication,
        HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => ErrorKind.Timeout,
        HttpStatusCode.TooManyRequests => ErrorKind.RateLimited,
        >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
        _ when message.Contains("content_filter", StringComparison.OrdinalIgnoreCase) => ErrorKind.ContentFiltered,
        HttpStatusCode.RequestEntityTooLarge => ErrorKind.ContextLength,
        _ when message.Contains("context_length", StringComparison.OrdinalIgnoreCase) => ErrorKind.ContextLength,
        _ => ErrorKind.InvalidInput,
    };
}
