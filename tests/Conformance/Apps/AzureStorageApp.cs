using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Testing.Azurite;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance.Apps;

/// <summary>The app on the engine of the Functions host, on Azurite. Where Azurite cannot run, it is not started.</summary>
public sealed class AzureStorageApp : IApp
{
    private DurableTask.AzureStorage.AzureStorageOrchestrationService? _engine;
    private SidecarApp? _app;
    private HttpClient? _client;

    public HttpClient Client => _client!;

    public async Task InitializeAsync()
    {
        if (!NeedsAzuriteAttribute.IsRun)
        {
            return;
        }

        _engine = await AzureStorageHub.OpenAsync(
            (await AzuriteServer.SharedAsync()).ConnectionString, AzureStorageHub.NewName(), "one", AzureStorageTimes.Short);
        _app = await SidecarApp.StartAsync(_engine, services => services
            .AddSingleton<IContentStore>(new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions { AllowMocks = true, Model = PublishedApp.Model }));
        _client = new HttpClient { BaseAddress = _app.Address };
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        _engine?.Dispose();
    }
}
