using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance.Engines;

/// <summary>The SDK's engine in memory, with the SDK's worker and client.</summary>
public sealed class InProcessEngine : IEngine
{
    private SidecarHost? _host;

    public string Name => "InProcessTestHost";

    public DurableTaskClient Client => _host!.Client;

    public bool ReplacesOpenInstances => true;

    public bool PurgesOpenInstancesByStatus => true;

    public async Task InitializeAsync() =>
        _host = await SidecarHost.StartAsync(
            new WideInMemoryEngine(), registry => Behaviours.Register(new SdkRegistry(registry)), version: Behaviours.Version);

    public async Task DisposeAsync() => await _host!.DisposeAsync();
}
