using System.Net;
using System.Net.Sockets;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>Says what a client's exception or a provider's refusal means for the workflow.</summary>
internal static class ModelErrors
{
    /// <summary>Error code that providers send with 429 when credit is missing: trying again does not help.</summary>
    private const string QuotaUsedUp = "insufficient_quota";

    private static readonly string[] FilterWords = ["content_filter", "ResponsibleAIPolicyViolation"];

    /// <summary>
    /// The failure as a <see cref="ModelException"/>, one that already is one unchanged. Knows HTTP, sockets and timeouts; clients that know more of
    /// their provider (Retry-After, codes in the body) throw <see cref="ModelException"/> themselves.
    /// </summary>
    public static ModelException Translate(Exception exception) => exception switch
    {
        ModelException known => known,
        HttpRequestException { StatusCode: { } status } => Refused(Answered(status), status, null, exception.Message, null, exception),
        TimeoutException or OperationCanceledException => Of(ErrorKind.Timeout, "The model did not answer in time", exception),
        HttpRequestException or IOException or SocketException => Of(ErrorKind.Unavailable, "The connection to the model failed", exception),
        _ => Of(ErrorKind.Internal, $"The client of the model failed ({exception.GetType().Name})", exception),
    };

    /// <summary>A provider's refusal.</summary>
    /// <param name="what">The beginning of the sentence, such as <see cref="Answered"/>.</param>
    /// <param name="code">The provider's codes for it, in any order; null when it gave none.</param>
    /// <param name="said">The provider's words; empty when it gave none.</param>
    /// <param name="retryAfterMs">Counts only where a retry may help.</param>
    /// <param name="advice">What to do, of a client that knows its provider's settings; null for what is said of any provider.</param>
    public static ModelException Refused(
        string what, HttpStatusCode status, string? code, string said, int? retryAfterMs, Exception? exception = null, string? advice = null)
    {
        var kind = KindOf(status, $"{code} {said}");
        var quotaUsedUp = kind == ErrorKind.RateLimited && Has(code, QuotaUsedUp);
        var retryable = WorkflowError.IsTransient(kind) && !quotaUsedUp;
        var remedy = quotaUsedUp ? " Waiting does not help: the account needs credit or a higher limit."
            : advice is not null ? $" {advice}"
            : status == HttpStatusCode.NotFound ? " Check the model's name and the provider's URL."
            : Remedy(kind);
        return new ModelException(
            new WorkflowError(kind, Sentence(what, said) + remedy)
            {
                Retryable = retryable,
                RetryAfterMs = retryable ? retryAfterMs : null,
            },
            exception);
    }

    public static string Answered(HttpStatusCode status) =>
        Enum.IsDefined(status) ? $"The model answered {(int)status} {status}" : $"The model answered {(int)status}";

    /// <summary>A sentence with the words of the failed service, which may be empty.</summary>
    public static string Sentence(string what, string said) => said.Length == 0 ? $"{what}." : $"{what}: {said.TrimEnd('.')}.";

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

    private static ErrorKind KindOf(HttpStatusCode status, string words) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorKind.Authentication,
        HttpStatusCode.TooManyRequests => ErrorKind.RateLimited,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
        _ when FilterWords.Any(word => Has(words, word)) => ErrorKind.ContentFiltered,
        HttpStatusCode.RequestEntityTooLarge => ErrorKind.ContextLength,
        _ when Has(words, "context_length") => ErrorKind.ContextLength,
        _ => ErrorKind.InvalidInput,
    };

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
