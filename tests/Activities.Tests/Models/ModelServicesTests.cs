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
    public void Without_a_provider_models_are_refused_unless_the_simulation_is_configured()
    {
        using var services = Services();
        var models = services.GetRequiredService<IChatClientFactory>();

        Assert.Throws<ModelException>(() => models.Create("gpt-4o"));
        Assert.Equal(2.50m, services.GetRequiredService<PriceTable>().Find("gpt-4o")?.Input);
    }

    [Fact]
    public void Configured_simulation_answers_for_every_model_with_a_provider_too()
    {
        using var services = new ServiceCollection().AddModelProviders(Configuration(("OPENAI_API_KEY", "sk")))
            .AddOrchestratorActivities("gpt-6-luna", claims: null, simulated: "simulated:tokens=3").BuildServiceProvider();

        Assert.IsType<SimulatedChatClient>(services.GetRequiredService<IChatClientFactory>().Create("gpt-4o"));
    }

    [Theory]
    [InlineData("gpt-6-luna", "its name is 'simulated'")]
    [InlineData("simulated:tokens=x", "'tokens=x' is wrong")]
    public void Setting_that_names_another_model_is_refused(string model, string sentence)
    {
        var refusal = Assert.Throws<ModelConfigurationException>(
            () => new ServiceCollection().AddOrchestratorActivities("m", claims: null, simulated: model));

        Assert.Contains("Orchestrator:Model", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prices_of_the_configuration_come_first()
    {
        using var services = Services(
            ("Orchestrator:Prices:gpt-4o:Input", "1.5"), ("Orchestrator:Prices:gpt-4o:Output", "2"),
            ("Orchestrator:Prices:llama3:8b:Input", "3"), ("Orchestrator:Prices:llama3:8b:Output", "4"),
            ("Orchestrator:Prices:llama3:8b:LongContext", "true"),
            ("Orchestrator:Prices:local/llama-3:Input", "0"), ("Orchestrator:Prices:local/llama-3:Output", "0"),
            ("Orchestrator:Prices:local/llama-3:CachedInput", "0.05"));
        var prices = services.GetRequiredService<PriceTable>();

        Assert.Equal(new ModelPrice(1.5m, 2m), prices.Find("gpt-4o"));
        Assert.Equal(new ModelPrice(3m, 4m, LongContext: true), prices.Find("llama3:8b"));
        Assert.Equal(new ModelPrice(0m, 0m, 0.05m), prices.Find("local/llama-3"));
        Assert.Equal(0.15m, prices.Find("gpt-4o-mini")?.Input);
    }

    [Theory]
    [InlineData("Orchestrator:Prices:m:Output is missing", "Orchestrator:Prices:m:Input=1")]
    [InlineData("Orchestrator:Prices:m:Input is missing", "Orchestrator:Prices:m=1")]
    [InlineData("Orchestrator:Prices:m:Input is '1,5'", "Orchestrator:Prices:m:Input=1,5", "Orchestrator:Prices:m:Output=1")]
    [InlineData("Orchestrator:Prices:m:Output is '-1'", "Orchestrator:Prices:m:Input=1", "Orchestrator:Prices:m:Output=-1")]
    [InlineData(
        "Orchestrator:Prices:m:LongContext is 'x'", "Orchestrator:Prices:m:Input=1", "Orchestrator:Prices:m:Output=1",
        "Orchestrator:Prices:m:LongContext=x")]
    [InlineData(
        "Orchestrator:Prices:m:Cached has no meaning", "Orchestrator:Prices:m:Input=1", "Orchestrator:Prices:m:Output=1",
        "Orchestrator:Prices:m:Cached=1")]
    public void Price_that_cannot_be_used_is_refused_at_the_start(string sentence, params string[] settings)
    {
        var refusal = Assert.Throws<ModelConfigurationException>(
            () => Services([.. settings.Select(setting => setting.Split('=')).Select(parts => (parts[0], parts[1]))]));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings) =>
        new ServiceCollection().AddModelProviders(Configuration(settings)).AddOrchestratorActivities("gpt-6-luna", claims: null)
            .BuildServiceProvider();

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
