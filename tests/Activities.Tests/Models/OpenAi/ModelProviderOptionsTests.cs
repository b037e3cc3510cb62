using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

public sealed class ModelProviderOptionsTests
{
    private const string Key = "sk-secret";

    [Fact]
    public void Read_without_variables_or_with_empty_ones_finds_no_provider()
    {
        Assert.Null(Read());
        Assert.Null(Read(("OPENAI_API_KEY", ""), ("AZURE_OPENAI_ENDPOINT", "  ")));
    }

    [Fact]
    public void Read_takes_what_is_set()
    {
        var openAi = Read(("OPENAI_API_KEY", $" {Key}\n"), ("OPENAI_BASE_URL", "http://localhost:11434/v1"))!;
        var azure = Read(("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/"), ("AZURE_OPENAI_API_VERSION", "2024-10-21"))!;

        Assert.Equal((Key, "http://localhost:11434/v1"), (openAi.ApiKey, openAi.BaseUrl));
        Assert.Equal(("https://x.openai.azure.com/", null, "2024-10-21"), (azure.AzureEndpoint, azure.AzureApiKey, azure.AzureVersion));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY is missing", "OPENAI_BASE_URL=https://a.test/v1")]
    [InlineData("AZURE_OPENAI_ENDPOINT is missing", "AZURE_OPENAI_API_KEY=sk-secret")]
    [InlineData("OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT are both set", "OPENAI_API_KEY=sk-secret", "AZURE_OPENAI_ENDPOINT=https://a.test")]
    [InlineData("OPENAI_BASE_URL and AZURE_OPENAI_API_KEY are both set", "OPENAI_BASE_URL=https://a.test", "AZURE_OPENAI_API_KEY=sk-secret")]
    [InlineData("OPENAI_BASE_URL is no address", "OPENAI_API_KEY=sk-secret", "OPENAI_BASE_URL=api.test/v1")]
    [InlineData("OPENAI_BASE_URL is no address", "OPENAI_API_KEY=sk-secret", "OPENAI_BASE_URL=ftp://api.test/v1")]
    [InlineData("OPENAI_BASE_URL is no address", "OPENAI_API_KEY=sk-secret", "OPENAI_BASE_URL=https://me:sk-secret@api.test/v1")]
    [InlineData("OPENAI_BASE_URL is no address", "OPENAI_API_KEY=sk-secret", "OPENAI_BASE_URL=https://api.test/v1?key=sk-secret")]
    [InlineData("AZURE_OPENAI_ENDPOINT is no address of a server: it needs https://", "AZURE_OPENAI_ENDPOINT=http://a.test")]
    [InlineData(
        "AZURE_OPENAI_API_VERSION is no version that can be asked for", "AZURE_OPENAI_ENDPOINT=https://a.test",
        "AZURE_OPENAI_API_VERSION=2023-05-15")]
    [InlineData(
        "AZURE_OPENAI_API_VERSION and the /openai/v1 of AZURE_OPENAI_ENDPOINT are both set", "AZURE_OPENAI_ENDPOINT=https://a.test/openai/v1/",
        "AZURE_OPENAI_API_VERSION=2024-10-21")]
    [InlineData("AZURE_OPENAI_ENDPOINT has the path of a request", "AZURE_OPENAI_ENDPOINT=https://a.test/openai/deployments/d")]
    [InlineData("AZURE_OPENAI_ENDPOINT has the path of a request", "AZURE_OPENAI_ENDPOINT=https://a.test/openai/")]
    [InlineData("OPENAI_API_KEY is no key", "OPENAI_API_KEY=sk-secret\nsk-secret")]
    [InlineData("AZURE_OPENAI_API_KEY is no key", "AZURE_OPENAI_API_KEY=sk-secretß", "AZURE_OPENAI_ENDPOINT=https://a.test")]
    public void Read_of_what_does_not_fit_is_one_sentence_without_the_values(string sentence, params string[] variables)
    {
        var refusal = Assert.Throws<ModelConfigurationException>(
            () => Read([.. variables.Select(variable => variable.Split('=', 2)).Select(parts => (parts[0], parts[1]))]));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, refusal.ToString(), StringComparison.Ordinal);
        Assert.Single(refusal.Message.Split(". ", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Version_of_azure_is_ignored_where_azure_is_not_the_provider() =>
        Assert.Null(Read(("OPENAI_API_KEY", Key), ("AZURE_OPENAI_API_VERSION", "2023-05-15"))!.AzureEndpoint);

    [Fact]
    public void Azure_with_a_key_may_be_unencrypted_for_a_gateway_nearby() =>
        Assert.NotNull(Read(("AZURE_OPENAI_ENDPOINT", "http://localhost:8080"), ("AZURE_OPENAI_API_KEY", Key)));

    [Fact]
    public void Text_of_the_options_has_no_key() => Assert.DoesNotContain(Key, Read(("OPENAI_API_KEY", Key))!.ToString(), StringComparison.Ordinal);

    private static ModelProviderOptions? Read(params (string Name, string Value)[] variables) => ModelProviderOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(variables.Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value)))
            .Build());
}
