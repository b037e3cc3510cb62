using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Workflows;
using Orchestrator.Functions;

namespace Orchestrator.Cli.Hosting;

/// <summary>The stored workflows and prompts of a state folder, also while another process runs workflows there.</summary>
internal sealed class StateStores : IDisposable
{
    private readonly ServiceProvider _services;

    private StateStores(ServiceProvider services) => _services = services;

    public WorkflowStore Workflows => _services.GetRequiredService<WorkflowStore>();

    public PromptStore Prompts => _services.GetRequiredService<PromptStore>();

    /// <summary>Opens the folder, which is made when absent.</summary>
    public static StateStores Open(string folder) => new(
        new ServiceCollection().AddFileContentStore(folder).AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null).BuildServiceProvider());

    /// <summary>Opens the folder to look at it.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static StateStores OpenExisting(string folder) =>
        Directory.Exists(folder) ? Open(folder) : throw new UsageException($"There is no state folder '{folder}'.");

    public void Dispose() => _services.Dispose();
}
