using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Workflows;
using Orchestrator.Functions;

namespace Orchestrator.Cli.Hosting;

/// <summary>The stored workflows and prompts of a storage, also while another process runs workflows there.</summary>
internal sealed class StateStores : IDisposable
{
    private readonly ServiceProvider _services;

    private StateStores(ServiceProvider services) => _services = services;

    public WorkflowStore Workflows => _services.GetRequiredService<WorkflowStore>();

    public PromptStore Prompts => _services.GetRequiredService<PromptStore>();

    public ContentPruner Pruner => _services.GetRequiredService<ContentPruner>();

    /// <summary>Opens it; a folder is made when absent.</summary>
    public static StateStores Open(StateStorage storage) => Over(storage.OpenContent());

    /// <summary>Opens it to look at it.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static StateStores OpenExisting(StateStorage storage) => Over(storage.OpenExistingContent());

    private static StateStores Over(IContentStore content) => new(
        new ServiceCollection().AddSingleton(content).AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null).BuildServiceProvider());

    public void Dispose() => _services.Dispose();
}
