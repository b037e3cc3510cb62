using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>The models and prices that the configuration names.</summary>
public static class ModelServices
{
    /// <summary>
    /// Adds the provider of <see cref="ModelProviderOptions"/>, if one is configured, and the price table with the overrides of
    /// <c>Orchestrator:Prices</c>. To be called before <see cref="ActivityServices.AddOrchestratorActivities"/>, which fills in what is missing: the
    /// simulation answers for every model when there is no provider.
    /// </summary>
    /// <exception cref="ModelConfigurationException">The configuration cannot be used.</exception>
    public static IServiceCollection AddModelProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(PriceTable.BuiltIn.With(PriceOverrides.Read(configuration)));
        if (ModelProviderOptions.Read(configuration) is { } options)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(provider => new OpenAiProvider(options, provider.GetRequiredService<TimeProvider>()));
            services.TryAddSingleton<IChatClientFactory>(provider => new ChatClientFactory(
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<OpenAiProvider>().Create));
        }

        return services;
    }
}
