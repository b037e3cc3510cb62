using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Makes the clients of all models of one provider, which share its connections. Thread-safe.</summary>
internal sealed class OpenAiProvider : IDisposable
{
    internal const string OpenAiUrl = "https://api.openai.com/v1";
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";

    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly OpenAiErrors _errors;

    /// <param name="tokens">Gives the tokens of Entra ID; null for <see cref="DefaultAzureCredential"/>. Not used with a key.</param>
    /// <param name="connections">Carries the requests, and is disposed with the provider; null for sockets.</param>
    public OpenAiProvider(
        ModelProviderOptions options, TimeProvider clock, TokenCredential? tokens = null, HttpMessageHandler? connections = null)
    {
        _errors = new OpenAiErrors(options, clock);

        // A redirect would carry the key to another host. Connections are renewed now and then, so that a change of DNS is noticed.
        _http = new HttpClient(connections ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client = options.AzureEndpoint is null || options.UsesAzureV1 ? Plain(options, tokens) : Azure(options, tokens);
    }

    /// <summary>A client that lives as long as the provider.</summary>
    public IChatClient Create(string model) => new OpenAiChatClient(_client, model, _errors);

    public void Dispose() => _http.Dispose();

    private OpenAIClient Plain(ModelProviderOptions options, TokenCredential? tokens)
    {
        AuthenticationPolicy authentication = options switch
        {
            { ApiKey: { } key } => ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(key)),
            { AzureApiKey: { } key } => ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(new ApiKeyCredential(key), "api-key"),
            _ => new BearerTokenPolicy(tokens ?? new DefaultAzureCredential(), AzureScope),
        };
#pragma warning disable OPENAI001 // The constructor that takes a policy is the one that Azure's documentation shows for its v1 endpoint.
        return new OpenAIClient(authentication, Prepared(new OpenAIClientOptions { Endpoint = options.Endpoint }));
#pragma warning restore OPENAI001
    }

    private AzureOpenAIClient Azure(ModelProviderOptions options, TokenCredential? tokens)
    {
        var version = AzureApiVersion.Find(options.AzureVersion)
            ?? throw new ModelConfigurationException($"{ModelProviderOptions.AzureVersionVariable} {AzureApiVersion.Refusal}");
        var settings = Prepared(new AzureOpenAIClientOptions(version));
        return options.AzureApiKey is { } key
            ? new AzureOpenAIClient(options.Endpoint, new ApiKeyCredential(key), settings)
            : new AzureOpenAIClient(options.Endpoint, tokens ?? new DefaultAzureCredential(), settings);
    }

    /// <summary>One call is one request: retries are the scheduler's, and deadlines come as cancellation.</summary>
    private TOptions Prepared<TOptions>(TOptions options)
        where TOptions : ClientPipelineOptions
    {
        options.Transport = new HttpClientPipelineTransport(_http);
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        options.NetworkTimeout = Timeout.InfiniteTimeSpan;
        return options;
    }
}
