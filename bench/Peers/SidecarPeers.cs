using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Bench.Runtime;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.Storage;
using Orchestrator.Testing.Sidecar;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Bench.Peers;

/// <summary>Starts the app and the no-op functions on the SDK's worker, over its gRPC sidecar.</summary>
internal static class SidecarPeers
{
    /// <summary>On the SDK's in-memory engine.</summary>
    public static Task<DurablePeer> InMemoryAsync() => StartAsync(new WideInMemoryEngine(), new MemoryContentStore());

    /// <summary>On <c>DurableTask.AzureStorage</c>.</summary>
    /// <param name="worker">The name of this process on the hub.</param>
    public static async Task<DurablePeer> AzureStorageAsync(string connectionString, string hub, string worker, IContentStore content) =>
        await StartAsync(await AzureStorageHub.OpenAsync(connectionString, hub, worker), content, pollsSlowly: true);

    private static async Task<DurablePeer> StartAsync<TEngine>(TEngine engine, IContentStore content, bool pollsSlowly = false)
        where TEngine : class, IOrchestrationService, IOrchestrationServiceClient
    {
        var app = Services(content);
        var host = await SidecarHost.StartAsync(engine, registry => Register(registry, app), new JsonDataConverter(WorkflowJson.Compact));
        return new DurablePeer(host.Client, app, host, app) { PollsSlowly = pollsSlowly };
    }

    /// <summary>The app's services as on the Functions host: claims are kept with the content.</summary>
    private static ServiceProvider Services(IContentStore content)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddLocalHttp();
        services.AddSingleton(content);
        services.AddOrchestrator(new OrchestratorOptions { Model = SimulatedModelOptions.ModelName });
        return services.BuildServiceProvider();
    }

    private static void Register(DurableTaskRegistry registry, IServiceProvider app)
    {
        registry.AddOrchestratorFunc<NoOpWork, long>(NoOpHost.Orchestrator, (context, work) => NoOpHost.SumAsync(context, work));
        registry.AddActivityFunc<int, int>(NoOpHost.Activity, (_, number) => NoOpHost.Next(number));
        registry.AddApp(FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly), app);
    }
}
