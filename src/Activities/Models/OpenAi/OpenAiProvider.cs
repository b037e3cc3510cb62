using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Makes the clients of all models of one provider, which share its connections. Thread-safe.</summary>
internal sealed class OpenAiProvider : IDisposable
{
    internal const string OpenAiUrl = "https://api.openai.com/v1";
    private const string AzurePath = "/openai/v1";
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";

    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly OpenAiErrors _errors;

    /// <param name="tokens">Gives the tokens of Entra ID; null for <see cref="DefaultAzureCredential"/>. Not used with a key.</param>
    /// <param name="connections">Carries the requests, and is disposed with the provider; null for sockets.</param>
    public OpenAiProvider(
        ModelProviderOptions options, TimeProvider clock, AuthenticationTokenProvider? tokens = null, HttpMessageHandler? connections = null)
    {
        var endpoint = Endpoint(options);
        _errors = new OpenAiErrors(endpoint, options.ApiKey ?? options.AzureApiKey, clock, KeyVariable(options));

        // A redirect would carry the key to another host. Connections are renewed now and then, so that a change of DNS is noticed.
        _http = new HttpClient(connections ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
#pragma warning disable OPENAI001 // The constructor that takes a policy is the one that Azure's documentation shows for its v1 endpoint.
        _client = new OpenAIClient(Authentication(options, tokens), new OpenAIClientOptions
        {
            Endpoint = endpoint,
            Transport = new HttpClientPipelineTransport(_http),

            // One call is one request: retries are the scheduler's, and deadlines come as cancellation.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        });
#pragma warning restore OPENAI001
    }

    /// <summary>A client that lives as long as the provider.</summary>
    public IChatClient Create(string model) => new OpenAiChatClient(_client, model, _errors);

    public void Dispose() => _http.Dispose();

    private static string? KeyVariable(ModelProviderOptions options) =>
        options.ApiKey is not null ? ModelProviderOptions.KeyVariable
        : options.AzureApiKey is not null ? ModelProviderOptions.AzureKeyVariable
        : null;

    private static Uri Endpoint(ModelProviderOptions options)
    {
        if (options.AzureEndpoint is not { } azure)
        {
            return new Uri(options.BaseUrl ?? OpenAiUrl);
        }

        var root = azure.TrimEnd('/');
        return new Uri(root.EndsWith(AzurePath, StringComparison.OrdinalIgnoreCase) ? root : root + AzurePath);
    }

    private static AuthenticationPolicy Authentication(ModelProviderOptions options, AuthenticationTokenProvider? tokens) => options switch
    {
        { ApiKey: { } key } => ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(key)),
        { AzureApiKey: { } key } => ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(new ApiKeyCredential(key), "api-key"),
        _ => new BearerTokenPolicy(tokens ?? new DefaultAzureCredential(), AzureScope),
    };
}
