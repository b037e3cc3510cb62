using DurableTask.Core;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.Testing.Sidecar;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Conformance.Apps;

/// <summary>
/// The app's functions on an engine of Durable Task, by the SDK's worker and client in this process. Its HTTP functions are served by the local web
/// host.
/// </summary>
internal sealed class SidecarApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly SidecarHost _host;
    private readonly LocalWebHost _web;

    private SidecarApp(ServiceProvider services, SidecarHost host, LocalWebHost web)
    {
        _services = services;
        _host = host;
        _web = web;
    }

    public Uri Address => _web.Address;

    /// <param name="configure">Adds the app, with its store.</param>
    public static async Task<SidecarApp> StartAsync<TEngine>(TEngine engine, Action<IServiceCollection> configure)
        where TEngine : class, IOrchestrationService, IOrchestrationServiceClient
    {
        var collection = new ServiceCollection().AddLocalHttp();
        configure(collection);
        var services = collection.BuildServiceProvider();
        var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
        var host =
            await SidecarHost.StartAsync(engine, registry => registry.AddApp(functions, services), new JsonDataConverter(WorkflowJson.Compact));
        var web = await LocalWebHost.StartAsync(functions, services, host.Client, new LocalWebHostOptions { Port = 0 });
        return new SidecarApp(services, host, web);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
