using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Http.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;

namespace Orchestrator.Functions;

/// <summary>The app's services, the same on the Azure Functions host and on LocalHost.</summary>
public static class OrchestratorServices
{
    /// <summary>
    /// Adds everything as the settings of the app say: the content store, the models, the host's time limit and the section <c>Orchestrator</c>.
    /// </summary>
    /// <exception cref="ContentStoreException">A setting of the store is missing or cannot be used.</exception>
    /// <exception cref="ModelConfigurationException">A setting of the models cannot be used.</exception>
    /// <exception cref="ValidationException">
    /// A setting of the section is out of range or has no meaning, or <c>functionTimeout</c> is no time.
    /// </exception>
    public static IServiceCollection AddOrchestrator(this IServiceCollection services, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddContentStore(settings);
        services.AddModelProviders(settings);
        services.AddHostedService<StoreCheck>();
        services.AddSingleton(FunctionTimeout.Read(settings, AppContext.BaseDirectory));
        return services.AddOrchestrator(OrchestratorSettings.Read(settings));
    }

    /// <summary>Adds everything but the <see cref="IContentStore"/>, which the host chooses.</summary>
    /// <param name="claims">Where claims on attempts are kept; null: with everything else, since several processes work on the same runs.</param>
    /// <exception cref="ModelConfigurationException"><see cref="OrchestratorOptions.Model"/> is not the simulated model.</exception>
    public static IServiceCollection AddOrchestrator(this IServiceCollection services, OrchestratorOptions options, IContentStore? claims = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        services.TryAddSingleton(provider => new RunTelemetry(provider.GetRequiredService<ILoggerFactory>(), options.TelemetryContent));
        services.AddOrchestratorActivities(options.DefaultModel, claims, options.Model);
        services.AddSingleton(options);
        services.TryAddSingleton(RunDrivers.Unknown);
        services.AddSingleton<RunStarter>();
        services.AddSingleton<RunSources>();
        services.AddSingleton<RunCloser>();
        services.AddSingleton<RunReconciler>();
        services.AddSingleton<RunResumer>();
        services.AddSingleton<RunSteering>();
        services.AddSingleton<RunDeleter>();
        services.AddSingleton<RunPruner>();
        services.AddSingleton<UpgradedRuns>();
        services.AddSingleton(new RetentionOptions(options.RetainDays));
        services.AddSingleton<RetentionTimer>();
        services.AddSingleton<HttpRunStart>();
        services.AddSingleton<HttpRunResume>();
        services.AddSingleton<DecodedPlans>();
        return services;
    }
}
