using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Models;

public sealed class ModelServicesTests
{
    [Fact]
    public void Provider_answers_for_every_model_but_the_simulated_ones()
    {
        using var services = Services(("OPENAI_API_KEY", "sk"));
        var models = services.GetRequiredService<IChatClientFactory>();

        Assert.IsType<OpenAiChatClient>(models.Create("gpt-4o"));
        Assert.IsType<SimulatedChatClient>(models.Create("simulated:tokens=3"));
        Assert.False(models.IsSimulated("gpt-4o"));
        Assert.True(models.IsSimulated("simulated"));
    }

    [Fact]
    public void Without_a_provider_everything_is_simulated()
    {
        using var services = Services();

        Assert.True(services.GetRequiredService<IChatClientFactory>().IsSimulated("gpt-4o"));
        Assert.Equal(2.50m, services.GetRequiredService<PriceTable>().Find("gpt-4o")?.Input);
    }

    [Fact]
    public void Prices_of_the_configuration_come_first()
    {
        using var services = Services(
            ("Orchestrator:Prices:gpt-4o:Input", "1.5"), ("Orchestrator:Prices:gpt-4o:Output", "2"),
            ("Orchestrator:Prices:local/llama-3:Input", "0"), ("Orchestrator:Prices:local/llama-3:Output", "0"), ("Orchestrator:Prices:local/llama-3:CachedInput", "0.05"));
        var prices = services.GetRequiredService<PriceTable>();

        Assert.Equal(new ModelPrice(1.5m, 2m), prices.Find("gpt-4o"));
        Assert.Equal(new ModelPrice(0m, 0m, 0.05m), prices.Find("local/llama-3"));
        Assert.Equal(0.15m, prices.Find("gpt-4o-mini")?.Input);
    }

    [Theory]
    [InlineData("Orchestrator:Prices:m:Output is missing", "Orchestrator:Prices:m:Input=1")]
    [InlineData("Orchestrator:Prices:m:Input is missing", "Orchestrator:Prices:m=1")]
    [InlineData("Orchestrator:Prices:m:Input is '1,5'", "Orchestrator:Prices:m:Input=1,5", "Orchestrator:Prices:m:Output=1")]
    [InlineData("Orchestrator:Prices:m:Output is '-1'", "Orchestrator:Prices:m:Input=1", "Orchestrator:Prices:m:Output=-1")]
    [InlineData("Orchestrator:Prices:m:Cached has no meaning", "Orchestrator:Prices:m:Input=1", "Orchestrator:Prices:m:Output=1", "Orchestrator:Prices:m:Cached=1")]
    public void Price_that_cannot_be_used_is_refused_at_the_start(string sentence, params string[] settings)
    {
        var refusal = Assert.Throws<ModelConfigurationException>(
            () => Services([.. settings.Select(setting => setting.Split('=')).Select(parts => (parts[0], parts[1]))]));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
        return new ServiceCollection().AddModelProviders(configuration).AddOrchestratorActivities("gpt-4o-mini", claims: null).BuildServiceProvider();
    }
}
