using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Orchestrator.Activities.Stores;
using Orchestrator.Bench.Layers;
using Orchestrator.Bench.Runtime;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.Testing.Sidecar;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Bench.Peers;

/// <summary>The app and the no-ops on the SDK's own worker.</summary>
internal static class SidecarPeers
{
    public static Task<DurablePeer> InMemoryAsync() => StartAsync(new WideInMemoryEngine(), new MemoryContentStore());

    /// <param name="worker">The name of this process among those on the hub.</param>
    public static async Task<DurablePeer> AzureStorageAsync(string connectionString, string hub, string worker, IContentStore content) =>
        await StartAsync(await AzureStorageHub.OpenAsync(connectionString, hub, worker), content, looksSeldom: true);

    private static async Task<DurablePeer> StartAsync<TEngine>(TEngine engine, IContentStore content, bool looksSeldom = false)
        where TEngine : class, IOrchestrationService, IOrchestrationServiceClient
    {
        var app = MeasuredApp.Provide(content);
        var host = await SidecarHost.StartAsync(engine, registry => Register(registry, app), new JsonDataConverter(WorkflowJson.Compact));
        return new DurablePeer(host.Client, app, host, app) { LooksSeldom = looksSeldom };
    }

    private static void Register(DurableTaskRegistry registry, IServiceProvider app)
    {
        registry.AddOrchestratorFunc<NoOpWork, long>(NoOpHost.Orchestrator, (context, work) => NoOpHost.SumAsync(context, work));
        registry.AddActivityFunc<int, int>(NoOpHost.Activity, (_, number) => NoOpHost.Next(number));
        registry.AddApp(FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly), app);
    }
}
