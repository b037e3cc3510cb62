using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Conformance.Apps;

/// <summary>The app on the embedded host.</summary>
public sealed class LocalApp : IApp
{
    private ServiceProvider? _services;
    private LocalDurableHost? _host;
    private LocalWebHost? _web;
    private HttpClient? _client;

    public HttpClient Client => _client!;

    public async Task InitializeAsync()
    {
        var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
        _services = new ServiceCollection()
            .AddLocalHttp()
            .AddSingleton<IContentStore>(new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions { AllowMocks = true, Model = PublishedApp.Model }, claims: new MemoryContentStore())
            .BuildServiceProvider();
        _host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Services = _services;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.AddFunctions(functions);
        });
        _web = await LocalWebHost.StartAsync(functions, _services, _host.Client, new LocalWebHostOptions { Port = 0 });
        _client = new HttpClient { BaseAddress = _web.Address };
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await (_web?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
