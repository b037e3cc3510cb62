using System.Net;
using System.Net.Sockets;
using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>Translates exceptions of chat clients and refusals of providers into errors of the workflow.</summary>
internal static class ModelErrors
{
    /// <summary>The error code that providers send with 429 when the account has no credit, so that a retry does not help.</summary>
    private const string QuotaUsedUp = "insufficient_quota";

    private static readonly string[] FilterCodes = ["content_filter", "ResponsibleAIPolicyViolation"];

    /// <summary>
    /// The exception as a <see cref="ModelException"/>; one that is one already is returned unchanged. Handles HTTP, sockets and timeouts; clients
    /// that know more about their provider (Retry-After, codes in the body) throw <see cref="ModelException"/> themselves.
    /// </summary>
    public static ModelException Translate(Exception exception) => exception switch
    {
        ModelException known => known,
        HttpRequestException { StatusCode: { } status } => Refused(Answered(status), status, null, exception.Message, null, exception),
        TimeoutException or OperationCanceledException => Of(ErrorKind.Timeout, "The model did not answer in time", exception),
        HttpRequestException or IOException or SocketException => Of(ErrorKind.Unavailable, "The connection to the model failed", exception),
        _ => Of(ErrorKind.Internal, $"The client of the model failed ({exception.GetType().Name})", exception),
    };

    /// <summary>The error for a provider's refusal.</summary>
    /// <param name="what">The beginning of the message, such as <see cref="Answered"/>.</param>
    /// <param name="code">The provider's error codes, in any order; null for none.</param>
    /// <param name="providerMessage">The provider's message; empty for none.</param>
    /// <param name="retryAfterMs">The wait that the provider asks for, in milliseconds; null for none. Ignored where a retry cannot help.</param>
    /// <param name="advice">What to do, where the client knows the provider's settings; null for the general advice.</param>
    public static ModelException Refused(
        string what,
        HttpStatusCode status,
        string? code,
        string providerMessage,
        int? retryAfterMs,
        Exception? exception = null,
        string? advice = null)
    {
        var kind = KindOf(status, $"{code} {providerMessage}");
        var quotaUsedUp = kind == ErrorKind.RateLimited && Has(code, QuotaUsedUp);
        var retryable = WorkflowError.IsTransient(kind) && !quotaUsedUp;
        var remedy = quotaUsedUp ? " Waiting does not help: the account needs credit or a higher limit."
            : advice is not null ? $" {advice}"
            : status == HttpStatusCode.NotFound ? " Check the model's name and the provider's URL."
            : Remedy(kind);
        return new ModelException(
            new WorkflowError(kind, Sentence(what, providerMessage) + remedy)
            {
                Retryable = retryable,
                RetryAfterMs = retryable ? retryAfterMs : null,
            },
            exception);
    }

    /// <summary>The beginning of a message about a status.</summary>
    public static string Answered(HttpStatusCode status) =>
        Enum.IsDefined(status) ? $"The model answered {(int)status} {status}" : $"The model answered {(int)status}";

    /// <summary>A sentence with the message of the failed service, which may be empty.</summary>
    public static string Sentence(string what, string serviceMessage) =>
        serviceMessage.Length == 0 ? $"{what}." : $"{what}: {serviceMessage.TrimEnd('.')}.";

    private static ModelException Of(ErrorKind kind, string what, Exception exception) => new(
        new WorkflowError(kind, Sentence(what, exception.Message) + Remedy(kind)) { Retryable = WorkflowError.IsTransient(kind) },
        exception);

    private static string Remedy(ErrorKind kind) => kind switch
    {
        ErrorKind.Authentication => " Check the API key and what it may use.",
        ErrorKind.ContextLength => " Shorten the prompt or its inputs, or choose a model with a larger context.",
        ErrorKind.ContentFiltered => " Change the prompt or its inputs.",
        ErrorKind.InvalidInput => " Check the model's name and the options of the prompt.",
        ErrorKind.Internal => " This is probably a bug; the log has the whole exception.",
        _ => "",
    };

    private static ErrorKind KindOf(HttpStatusCode status, string codesAndMessage) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorKind.Authentication,
        HttpStatusCode.TooManyRequests => ErrorKind.RateLimited,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
        _ when FilterCodes.Any(code => Has(codesAndMessage, code)) => ErrorKind.ContentFiltered,
        HttpStatusCode.RequestEntityTooLarge => ErrorKind.ContextLength,
        _ when Has(codesAndMessage, "context_length") => ErrorKind.ContextLength,
        _ => ErrorKind.InvalidInput,
    };

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>A call to a model failed. Chat clients that know more about the failure than an HTTP status throw it themselves.</summary>
public class ModelException(WorkflowError error, Exception? innerException = null) : WorkflowErrorException(error, innerException);

/// <summary>The configuration of models or prices is not valid. The message names the setting.</summary>
public sealed class ModelConfigurationException(string message) : ModelException(new WorkflowError(ErrorKind.InvalidInput, message));
