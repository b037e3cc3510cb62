using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance.Apps;

/// <summary>The app on the SDK's engine in memory.</summary>
public sealed class InMemoryApp : IApp
{
    private SidecarApp? _app;
    private HttpClient? _client;

    public HttpClient Client => _client!;

    public async Task InitializeAsync()
    {
        _app = await SidecarApp.StartAsync(new WideInMemoryEngine(), services => services
            .AddSingleton<IContentStore>(new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions { AllowMocks = true, Model = PublishedApp.Model }));
        _client = new HttpClient { BaseAddress = _app.Address };
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
