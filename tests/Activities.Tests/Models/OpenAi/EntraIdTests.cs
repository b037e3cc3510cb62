using System.Buffers;
using System.ClientModel;
using System.ClientModel.Primitives;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Azure.Identity;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>Tokens go over encrypted connections only, so these take the place of the network instead of listening on a socket.</summary>
public sealed class EntraIdTests
{
    private static readonly ModelProviderOptions Azure = new() { AzureEndpoint = "https://x.openai.azure.com" };

    [Fact]
    public async Task Call_sends_a_token_for_azure_openai()
    {
        var network = new NetworkDouble();
        var tokens = new TokenDouble(null);
        using var provider = new OpenAiProvider(Azure, TimeProvider.System, tokens, network);

        var result = await Call(provider).RunAsync(null, CancellationToken.None);

        Assert.Equal("Grüße, Welt 🌍", result.Text);
        Assert.Equal("https://x.openai.azure.com/openai/v1/chat/completions", network.Url);
        Assert.Equal("Bearer token-1", network.Authorization);
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], tokens.Scopes);
    }

    [Fact]
    public async Task Call_without_a_token_is_an_authentication_failure_that_says_what_to_do()
    {
        var network = new NetworkDouble();
        using var provider = new OpenAiProvider(
            Azure, TimeProvider.System, new TokenDouble(new CredentialUnavailableException("Nobody is signed in.\n- details\n- more")), network);

        var failure = await Assert.ThrowsAsync<ModelException>(() => Call(provider).RunAsync(null, CancellationToken.None));

        Assert.Equal((ErrorKind.Authentication, false), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Equal(
            "No Entra ID token for https://x.openai.azure.com: Nobody is signed in. Sign in (az login), give this app an identity that may use the resource, or set AZURE_OPENAI_API_KEY.",
            failure.Message);
        Assert.Null(network.Url);
    }

    private static PromptCall Call(OpenAiProvider provider) => new(provider.Create("deployment"), new PromptRequest { Prompt = "Say hello." });

    private sealed class TokenDouble(Exception? failure) : AuthenticationTokenProvider
    {
        public List<string> Scopes { get; } = [];

        public override GetTokenOptions? CreateTokenOptions(IReadOnlyDictionary<string, object> properties) => new(properties);

        public override AuthenticationToken GetToken(GetTokenOptions options, CancellationToken cancellationToken)
        {
            Scopes.AddRange(((ReadOnlyMemory<string>)options.Properties[GetTokenOptions.ScopesPropertyName]).ToArray());
            return failure is null ? new AuthenticationToken("token-1", "Bearer", DateTimeOffset.MaxValue) : throw failure;
        }

        public override ValueTask<AuthenticationToken> GetTokenAsync(GetTokenOptions options, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(options, cancellationToken));
    }

    private sealed class NetworkDouble : HttpMessageHandler
    {
        public string? Url { get; private set; }

        public string? Authorization { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (Url, Authorization) = (request.RequestUri!.ToString(), request.Headers.Authorization?.ToString());
            var stream = PipeReader.Create(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(OpenAiDouble.Usual))).AsStream();
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) });
        }
    }
}
