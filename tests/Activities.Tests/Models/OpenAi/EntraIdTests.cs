using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Identity;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>Tokens are sent over encrypted connections only, so these tests replace the HTTP handler instead of listening on a socket.</summary>
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
        Assert.Equal("https://x.openai.azure.com/openai/deployments/deployment/chat/completions?api-version=2025-04-01-preview", network.Url);
        Assert.Equal("Bearer token-1", network.Authorization);
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], tokens.Scopes);
    }

    [Fact]
    public async Task Call_of_the_v1_endpoint_sends_a_token_too()
    {
        var network = new NetworkDouble();
        using var provider = new OpenAiProvider(
            new ModelProviderOptions { AzureEndpoint = Azure.AzureEndpoint, AzureVersion = "v1" }, TimeProvider.System, new TokenDouble(null),
            network);

        await Call(provider).RunAsync(null, CancellationToken.None);

        Assert.Equal(("https://x.openai.azure.com/openai/v1/chat/completions", "Bearer token-1"), (network.Url, network.Authorization));
    }

    [Fact]
    public async Task Refused_identity_names_the_role_that_it_needs()
    {
        var network = new NetworkDouble(HttpStatusCode.Unauthorized);
        using var provider = new OpenAiProvider(Azure, TimeProvider.System, new TokenDouble(null), network);

        var failure = await Assert.ThrowsAsync<ModelException>(() => Call(provider).RunAsync(null, CancellationToken.None));

        Assert.Equal(ErrorKind.Authentication, failure.Error.Kind);
        Assert.EndsWith(
            "401 Unauthorized. Give the identity of this app the role 'Cognitive Services OpenAI User' on the resource of AZURE_OPENAI_ENDPOINT.",
            failure.Message, StringComparison.Ordinal);
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
            "No Entra ID token for https://x.openai.azure.com: Nobody is signed in. Sign in (az login), give this app an identity that may use " +
            "the resource, or set AZURE_OPENAI_API_KEY.",
            failure.Message);
        Assert.Null(network.Url);
    }

    private static PromptCall Call(OpenAiProvider provider) => new(provider.Create("deployment"), new PromptRequest { Prompt = "Say hello." });

    private sealed class TokenDouble(Exception? failure) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return failure is null ? new AccessToken("token-1", DateTimeOffset.MaxValue) : throw failure;
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    private sealed class NetworkDouble(HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
    {
        public string? Url { get; private set; }

        public string? Authorization { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (Url, Authorization) = (request.RequestUri!.ToString(), request.Headers.Authorization?.ToString());
            var stream = PipeReader.Create(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(OpenAiDouble.Usual))).AsStream();
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StreamContent(stream) });
        }
    }
}
