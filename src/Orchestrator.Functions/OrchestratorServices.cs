using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions.Http;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;

namespace Orchestrator.Functions;

/// <summary>The app's services, the same on the Azure Functions host and on LocalHost.</summary>
public static class OrchestratorServices
{
    /// <summary>Adds everything but the <see cref="IContentStore"/>, which the host chooses.</summary>
    /// <param name="claims">Where claims on attempts are kept; null: with everything else, since several processes work on the same runs.</param>
    public static IServiceCollection AddOrchestrator(this IServiceCollection services, OrchestratorOptions options, IContentStore? claims = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        services.AddOrchestratorActivities(options.DefaultModel, claims);
        services.AddSingleton(options);
        services.AddSingleton<RunStarter>();
        services.AddSingleton<RunSources>();
        services.AddSingleton<RunReconciler>();
        services.AddSingleton<RunResumer>();
        services.AddSingleton<RunControls>();
        services.AddSingleton<HttpRunStart>();
        services.AddSingleton<HttpRunResume>();
        services.AddSingleton<IRunPlanSource, StoredPlans>();
        return services;
    }
}
