using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;
using ReasoningEffort = Orchestrator.Workflows.Definitions.ReasoningEffort;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>What differs when Azure OpenAI answers: addresses, the header of the key, and what refusals advise.</summary>
public sealed class AzureOpenAiTests() : OpenAiSuite(OpenAiClientKind.Azure)
{
    [Theory]
    [InlineData("", null, "/openai/deployments/d-1/chat/completions?api-version=2025-04-01-preview")]
    [InlineData("/", null, "/openai/deployments/d-1/chat/completions?api-version=2025-04-01-preview")]
    [InlineData("/", "2024-10-21", "/openai/deployments/d-1/chat/completions?api-version=2024-10-21")]
    [InlineData("", "2025-03-01-Preview", "/openai/deployments/d-1/chat/completions?api-version=2025-03-01-preview")]
    [InlineData("", "v1", "/openai/v1/chat/completions")]
    [InlineData("/openai/v1", null, "/openai/v1/chat/completions")]
    [InlineData("/openai/v1/", "V1", "/openai/v1/chat/completions")]
    public async Task Address_and_version_decide_the_path_and_the_key_has_its_own_header(string endpoint, string? version, string path)
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        var answer = await server.Client(Options(server, endpoint, version), "d-1").GetResponseAsync("Hello?");

        var request = Assert.Single(server.Requests);
        Assert.Equal("Grüße, Welt 🌍", answer.Text);
        Assert.Equal(path, request.Path);
        Assert.Equal(OpenAiDouble.Key, request.Headers["api-key"].ToString());
        Assert.Equal(0, request.Headers.Authorization.Count);
    }

    public static TheoryData<string> Versions => [.. AzureApiVersion.Names.Split(", ").Where(name => name != AzureApiVersion.V1)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_that_the_setting_takes_is_the_one_in_the_address(string version)
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        await server.Client(Options(server, "", version), "d-1").GetResponseAsync("Hello?");

        Assert.Equal($"/openai/deployments/d-1/chat/completions?api-version={version}", Assert.Single(server.Requests).Path);
    }

    [Fact]
    public async Task Name_of_a_deployment_is_escaped_in_the_address()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        await server.Client(Options(server), "d 1?x/é").GetResponseAsync("Hello?");

        Assert.Equal("/openai/deployments/d%201%3Fx%2F%C3%A9/chat/completions?api-version=2025-04-01-preview", Assert.Single(server.Requests).Path);
    }

    [Theory]
    [InlineData("Access denied due to Virtual Network/Firewall rules.")]
    [InlineData("Public access is disabled. Please configure private endpoint.")]
    public async Task Refusal_by_network_rules_blames_neither_key_nor_role(string said)
    {
        var body = new JsonObject { ["error"] = new JsonObject { ["code"] = "403", ["message"] = said } };
        await using var server = await RefusingAsync(403, body.ToJsonString());

        var failure = await server.FailAsync(Call(server));

        Assert.Equal(
            (ErrorKind.Authentication,
                $"The model answered 403 Forbidden: {said} The network rules of the resource of AZURE_OPENAI_ENDPOINT keep this app out: "
                    + "allow its address or its virtual network there, or give the resource a private endpoint that the app reaches."),
            (failure.Error.Kind, failure.Message));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v1")]
    public async Task Request_and_usage_are_those_of_any_other_provider(string? version)
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        var result = await Call(server, version).RunAsync(null, CancellationToken.None);

        var body = Assert.Single(server.Requests).Body;
        Assert.Equal(new TokenUsage { InputTokens = 11, OutputTokens = 7, CachedTokens = 4 }, result.Usage);
        Assert.Equal("""[{"role":"system","content":"Be kind."},{"role":"user","content":"Hello?"}]""", body["messages"]!.ToJsonString());
        Assert.Equal((50, "low", true), ((int)body["max_completion_tokens"]!, (string?)body["reasoning_effort"], (bool)body["stream"]!));
        Assert.True((bool)body["stream_options"]!["include_usage"]!);
        Assert.False(body.ContainsKey("max_tokens"));
    }

    [Theory]
    [InlineData(
        403, "AuthenticationTypeDisabled", ErrorKind.Authentication,
        "The model answered 403 Forbidden: No. The resource takes no keys: clear AZURE_OPENAI_API_KEY, and the app signs in with its identity.")]
    [InlineData(
        401, "401", ErrorKind.Authentication,
        "The model answered 401 Unauthorized: No. Check the API key and what it may use. It is the value of AZURE_OPENAI_API_KEY.")]
    [InlineData(404, "DeploymentNotFound", ErrorKind.InvalidInput, "The model answered 404 NotFound: No. Models are the names of deployments of " +
        "AZURE_OPENAI_ENDPOINT; AZURE_OPENAI_API_VERSION must be a version that it has.")]
    [InlineData(400, "UnsupportedApiVersion", ErrorKind.InvalidInput, "The model answered 400 BadRequest: No. Models are the names of deployments " +
        "of AZURE_OPENAI_ENDPOINT; AZURE_OPENAI_API_VERSION must be a version that it has.")]
    [InlineData(
        404, "404", ErrorKind.InvalidInput, "The model answered 404 NotFound: No. Models are the names of deployments of AZURE_OPENAI_ENDPOINT.",
        "v1")]
    public async Task Refusal_names_the_setting_that_is_wrong(int status, string code, ErrorKind kind, string message, string? version = null)
    {
        var body = new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = "No." } };
        await using var server = await RefusingAsync(status, body.ToJsonString());

        var failure = await server.FailAsync(Call(server, version));

        Assert.Equal((kind, message), (failure.Error.Kind, failure.Message));
    }

    private static ModelProviderOptions Options(OpenAiDouble server, string endpoint = "", string? version = null) =>
        new() { AzureEndpoint = server.Address.ToString().TrimEnd('/') + endpoint, AzureApiKey = OpenAiDouble.Key, AzureVersion = version };

    private static PromptCall Call(OpenAiDouble server, string? version = null) => new(
        server.Client(Options(server, "", version)),
        new PromptRequest { Prompt = "Hello?", System = "Be kind.", MaxTokens = 50, Reasoning = ReasoningEffort.Low });
}
