using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Creates the clients for the models of one provider, which share its connections. Thread-safe.</summary>
internal sealed class OpenAiProvider : IDisposable
{
    internal const string OpenAiUrl = "https://api.openai.com/v1";
    private const string AzureScope = "https://cognitiveservices.azure.com/.default";

    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly OpenAiErrors _errors;

    /// <param name="clock">The current time, for a Retry-After header with a date.</param>
    /// <param name="tokens">The source of Entra ID tokens; null for <see cref="DefaultAzureCredential"/>. Not used with a key.</param>
    /// <param name="connections">Sends the requests, and is disposed with the provider; null for sockets.</param>
    public OpenAiProvider(
        ModelProviderOptions options, TimeProvider clock, TokenCredential? tokens = null, HttpMessageHandler? connections = null)
    {
        _errors = new OpenAiErrors(options, clock);

        // A redirect would send the key to another host. The lifetime of connections is limited so that changes of DNS take effect.
        connections ??= new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) };
        _http = new HttpClient(connections)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client = options.AzureEndpoint is null || options.UsesAzureV1 ? Plain(options, tokens) : Azure(options, tokens);
    }

    /// <summary>The client for a model; usable until the provider is disposed.</summary>
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
#pragma warning disable OPENAI001 // Azure's documentation uses this constructor for the v1 endpoint.
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

    /// <summary>Sends each call as one request without a time limit, because the scheduler retries and sets time limits by cancellation.</summary>
    private TOptions Prepared<TOptions>(TOptions options)
        where TOptions : ClientPipelineOptions
    {
        options.Transport = new HttpClientPipelineTransport(_http);
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        options.NetworkTimeout = Timeout.InfiniteTimeSpan;
        return options;
    }
}
