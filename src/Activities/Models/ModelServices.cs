using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>Registers the models and prices of the configuration.</summary>
public static class ModelServices
{
    /// <summary>The setting that names the simulated model, which then answers for every model instead of a provider.</summary>
    public const string SimulationSetting = "Orchestrator:Model";

    /// <summary>
    /// Adds the provider of <see cref="ModelProviderOptions"/>, if one is configured, and the price table with the overrides of
    /// <c>Orchestrator:Prices</c>. To be called before <c>AddOrchestratorActivities</c>, which adds the <see cref="IChatClientFactory"/>.
    /// </summary>
    /// <exception cref="ModelConfigurationException">The configuration is not valid.</exception>
    public static IServiceCollection AddModelProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(PriceTable.BuiltIn.With(PriceOverrides.Read(configuration)));
        if (ModelProviderOptions.Read(configuration) is { } options)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(provider => new OpenAiProvider(options, provider.GetRequiredService<TimeProvider>()));
        }

        return services;
    }

    /// <summary>
    /// Adds the <see cref="IChatClientFactory"/>, unless there is one: with the simulation if it is configured, else with the provider, else with
    /// neither.
    /// </summary>
    /// <param name="simulated">The simulated model, with or without options, that answers for all models; null or empty for none.</param>
    /// <exception cref="ModelConfigurationException"><paramref name="simulated"/> is another model, or its options are not valid.</exception>
    internal static void AddChatClients(this IServiceCollection services, string? simulated)
    {
        var simulation = string.IsNullOrWhiteSpace(simulated) ? null : Simulation(simulated);
        services.TryAddSingleton<IChatClientFactory>(provider => new ChatClientFactory(
            provider.GetRequiredService<TimeProvider>(),
            simulation is null && provider.GetService<OpenAiProvider>() is { } configured ? configured.Create : null,
            simulation));
    }

    private static SimulatedModelOptions Simulation(string model)
    {
        try
        {
            return SimulatedModelOptions.Parse(model);
        }
        catch (ModelOptionException exception)
        {
            throw new ModelConfigurationException(
                $"The setting {SimulationSetting} takes the simulated model only, which then answers for every other. {exception.Message}");
        }
    }
}
