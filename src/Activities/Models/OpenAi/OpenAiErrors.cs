using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Azure.Identity;
using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Translates the failures of calls to one provider into errors of the workflow. Thread-safe.</summary>
/// <param name="provider">Messages name only the host of its URL, and mask its key where the provider repeats it.</param>
/// <param name="clock">The current time, for a Retry-After header with a date.</param>
internal sealed class OpenAiErrors(ModelProviderOptions provider, TimeProvider clock)
{
    /// <summary>Words in Azure's messages about network rules, which have no error code of their own.</summary>
    private static readonly string[] NetworkWords =
        ["Virtual Network", "Firewall", "Public access is disabled", "Public network access", "Private endpoint"];

    private readonly string? _key = provider.ApiKey ?? provider.AzureApiKey;

    private string Origin => Endpoint.GetLeftPart(UriPartial.Authority);

    public Uri Endpoint { get; } = provider.Endpoint;

    /// <summary>
    /// The error for an exception of the SDK. An exception that may contain the body of the answer does not become the inner exception.
    /// </summary>
    public ModelException Of(Exception exception) => exception switch
    {
        ClientResultException { Status: > 0 } refusal => Refused(refusal.GetRawResponse()!),
        ClientResultException { InnerException: { } inner } => Of(inner),
        AuthenticationFailedException => new ModelException(
            new WorkflowError(ErrorKind.Authentication, ModelErrors.Sentence($"No Entra ID token for {Origin}", FirstLine(exception.Message))
                + $" Sign in (az login), give this app an identity that may use the resource, or set {ModelProviderOptions.AzureKeyVariable}.")),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            Unavailable($"The host of {Origin} cannot be found. Check the provider's URL and the network.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            Unavailable($"{Origin} does not prove that it is that host, or speaks no TLS. Check its certificate.", exception, retryable: false),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            Unavailable($"Nothing answers at {Origin}. Check the provider's URL and the network.", exception),
        HttpRequestException or IOException or SocketException => Unavailable($"The connection to {Origin} broke.", exception),

        // Invalid JSON, or JSON that is not a chat completion.
        JsonException or InvalidOperationException or FormatException or ArgumentException =>
            Unavailable($"{Origin} sent something that is not a chat completion.", exception),
        _ => ModelErrors.Translate(exception),
    };

    /// <summary>The error for a stream that ended without a finish reason.</summary>
    public ModelException CutOff() => Unavailable($"{Origin} ended its answer before it was complete.", null);

    /// <summary>Throws when a part of the stream is an error, as providers send it when they fail after the first byte.</summary>
    /// <exception cref="ModelException">The part is an error.</exception>
    public void ThrowIfError(JsonElement chunk)
    {
        if (ErrorBody.Find(chunk) is { } element)
        {
            var error = ErrorBody.Read(element, _key);

            // The status was 200, so the codes decide; without one it is a failure of the provider.
            throw ModelErrors.Refused(
                "The model broke off its answer", error.Status ?? HttpStatusCode.InternalServerError, error.Codes, error.Message, null);
        }
    }

    private static ModelException Unavailable(string message, Exception? exception, bool retryable = true) =>
        new(new WorkflowError(ErrorKind.Unavailable, message) { Retryable = retryable }, exception);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    private ModelException Refused(PipelineResponse response)
    {
        var (status, error) = ((HttpStatusCode)response.Status, ErrorBody.Read(response.Content.ToArray(), _key));
        return ModelErrors.Refused(
            ModelErrors.Answered(status), status, error.Codes, error.Message, Wait(response.Headers), advice: Advice(status, error));
    }

    /// <summary>What to do about the setting that is probably wrong; null when none is suspected.</summary>
    private string? Advice(HttpStatusCode status, ErrorBody error)
    {
        bool Says(string code) => error.Codes?.Contains(code, StringComparison.OrdinalIgnoreCase) == true;
        if (status is HttpStatusCode.Forbidden && provider.AzureEndpoint is not null && IsAboutNetwork(error.Message))
        {
            return $"The network rules of the resource of {ModelProviderOptions.AzureEndpointVariable} keep this app out: "
                + "allow its address or its virtual network there, or give the resource a private endpoint that the app reaches.";
        }

        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return provider switch
            {
                { ApiKey: not null } => Key(ModelProviderOptions.KeyVariable),
                { AzureApiKey: not null } when Says("AuthenticationTypeDisabled") =>
                    $"The resource takes no keys: clear {ModelProviderOptions.AzureKeyVariable}, and the app signs in with its identity.",
                { AzureApiKey: not null } => Key(ModelProviderOptions.AzureKeyVariable),
                _ => "Give the identity of this app the role 'Cognitive Services OpenAI User' on the resource of "
                    + $"{ModelProviderOptions.AzureEndpointVariable}.",
            };
        }

        if (provider.AzureEndpoint is null || (status != HttpStatusCode.NotFound && !Says("ApiVersion")))
        {
            return null;
        }

        var deployments = $"Models are the names of deployments of {ModelProviderOptions.AzureEndpointVariable}";
        return provider.UsesAzureV1
            ? $"{deployments}."
            : $"{deployments}; {ModelProviderOptions.AzureVersionVariable} must be a version that it has.";
    }

    /// <summary>Whether a refusal is about network rules. Only the message distinguishes it from a wrong key or a missing role.</summary>
    private static bool IsAboutNetwork(string message) =>
        NetworkWords.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));

    private static string Key(string variable) => $"Check the API key and what it may use. It is the value of {variable}.";

    /// <summary>The wait that the provider asks for, in milliseconds; null for none.</summary>
    private int? Wait(PipelineResponseHeaders headers)
    {
        if (headers.TryGetValue("retry-after-ms", out var text)
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return RetryAfter.Milliseconds(milliseconds);
        }

        return headers.TryGetValue("Retry-After", out text) ? RetryAfter.Milliseconds(text, clock.GetUtcNow()) : null;
    }
}
