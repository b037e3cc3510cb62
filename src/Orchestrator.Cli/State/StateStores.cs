using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Retention;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;

namespace Orchestrator.Cli.State;

/// <summary>The stored workflows and prompts of a storage, opened without a host. Other processes may use the storage at the same time.</summary>
internal sealed class StateStores : IDisposable
{
    private readonly ServiceProvider _services;

    private StateStores(ServiceProvider services) => _services = services;

    public WorkflowStore Workflows => _services.GetRequiredService<WorkflowStore>();

    public PromptStore Prompts => _services.GetRequiredService<PromptStore>();

    public ContentPruner Pruner => _services.GetRequiredService<ContentPruner>();

    /// <summary>Opens the stores; a missing folder is created.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the account is wrong.</exception>
    public static StateStores Open(StateStorage storage) => Over(storage.OpenContent());

    /// <summary>Opens the stores for reading; a missing folder is an error.</summary>
    /// <exception cref="UsageException">The folder does not exist.</exception>
    /// <exception cref="ContentStoreException">The setting of the account is wrong.</exception>
    public static StateStores OpenExisting(StateStorage storage) => Over(storage.OpenExistingContent());

    public void Dispose() => _services.Dispose();

    private static StateStores Over(IContentStore content) => new(new ServiceCollection()
        .AddSingleton(content)
        .AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null)
        .BuildServiceProvider());
}
