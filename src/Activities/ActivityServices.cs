using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities;

/// <summary>The services that touch the world.</summary>
public static class ActivityServices
{
    /// <summary>Adds everything but the <see cref="IContentStore"/>, which the host chooses. What was added before stays.</summary>
    /// <param name="defaultModel">The model of steps for which none is named.</param>
    /// <param name="claims">Where claims on attempts are kept; null: with everything else, since several processes work on the same runs.</param>
    /// <param name="simulated">The simulated model, with or without options, that is to answer for all models; null: a provider does.</param>
    /// <exception cref="ModelConfigurationException"><paramref name="simulated"/> is another model, or its options are wrong.</exception>
    public static IServiceCollection AddOrchestratorActivities(
        this IServiceCollection services, string defaultModel, IContentStore? claims, string? simulated = null)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(PriceTable.BuiltIn);
        services.TryAddSingleton(ActivityTimeLimit.None);
        services.AddChatClients(simulated);
        services.TryAddSingleton<IRunIds, TimedRunIds>();
        services.AddSingleton<ToolCheck>();
        services.AddSingleton(provider => new RunPreparation(
            provider.GetRequiredService<IChatClientFactory>(),
            provider.GetRequiredService<ToolCheck>(),
            defaultModel,
            provider.GetRequiredService<PriceTable>(),
            provider.GetRequiredService<ActivityTimeLimit>()));
        services.AddSingleton<RunStore>();
        services.AddSingleton<DefinitionStore>();
        services.AddSingleton<RunDeletion>();
        services.AddSingleton<StartKeys>();
        services.AddSingleton(provider => new RunLogStore(provider.GetRequiredService<IContentStore>(), isShared: claims is null));
        services.AddSingleton<CheckpointStore>();
        services.AddSingleton(provider => new RunControl(
            provider.GetRequiredService<IContentStore>(), provider.GetRequiredService<TimeProvider>(),
            logger: provider.GetRequiredService<ILogger<RunControl>>()));
        services.TryAddSingleton(provider => new RunTelemetry(provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<RunEventFeed>();
        services.AddSingleton<RunRegistration>();
        services.AddSingleton<RunLifecycle>();
        services.AddSingleton<ResumePreparation>();
        services.AddSingleton<UpgradeTimer>();
        services.AddSingleton<SettledInstances>();
        services.AddSingleton<RunLogReader>();
        services.AddSingleton<RunReader>();
        services.AddSingleton<RunLister>();
        services.AddSingleton<RunStepReader>();
        services.AddSingleton<WorkflowStore>();
        services.AddSingleton<PromptStore>();
        services.AddSingleton<ContentPruner>();
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<PromptRunner>();
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<HostStop>();
        services.AddSingleton<StepExecutor>();
        services.AddSingleton<LostAttempts>();
        services.AddTools();
        services.AddSingleton(provider => new LostRequests(
            provider.GetRequiredService<CheckpointStore>(), provider.GetRequiredService<RunEventFeed>(), isShared: claims is null));
        services.AddSingleton(provider => new AttemptClaims(
            claims ?? provider.GetRequiredService<IContentStore>(), provider.GetRequiredService<RunLogStore>(), provider.GetRequiredService<TimeProvider>(),
            isShared: claims is null));
        return services;
    }

    /// <summary>Adds a content store, whose operations are repeated when they fail.</summary>
    public static IServiceCollection AddContentStore(this IServiceCollection services, Func<IServiceProvider, IContentStore> store)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<IContentStore>(
            provider => new RetryingContentStore(store(provider), provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Adds the content store that the settings name (<see cref="ConfiguredContentStore"/>).</summary>
    /// <exception cref="ContentStoreException">A setting is missing or cannot be used.</exception>
    public static IServiceCollection AddContentStore(this IServiceCollection services, IConfiguration configuration)
    {
        var store = ConfiguredContentStore.Open(configuration, TimeProvider.System);
        return services.AddContentStore(_ => store);
    }
}
