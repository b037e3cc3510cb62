using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance.Engines;

/// <summary>The engine of the Functions host on Azurite, with the SDK's worker and client. Where Azurite cannot run, it is not started.</summary>
public sealed class AzureStorageEngine : IEngine
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private DurableTask.AzureStorage.AzureStorageOrchestrationService? _engine;
    private SidecarHost? _host;

    public string Name => "AzureStorage on Azurite";

    public DurableTaskClient Client => _host!.Client;

    public bool ReplacesOpenInstances => true;

    public bool KeepsFailureDetails => false;

    public bool RefusesRacingStarts => false;

    public bool PurgesOpenInstances => true;

    /// <summary>Its queues count in whole seconds.</summary>
    public TimeSpan TimerPrecision => TimeSpan.FromSeconds(1);

    public async Task InitializeAsync()
    {
        if (!NeedsAzuriteAttribute.IsRun)
        {
            return;
        }

        _engine = await AzureStorageHub.OpenAsync(
            (await AzuriteServer.SharedAsync()).ConnectionString, AzureStorageHub.NewName(), "one", AzureStorageTimes.Short);
        _host = await SidecarHost.StartAsync(_engine, registry => Behaviours.Register(new SdkRegistry(registry)), version: Behaviours.Version);
    }

    /// <summary>The engine itself looks every 2 seconds only.</summary>
    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var patience = new CancellationTokenSource(IEngine.Patience);
        while (true)
        {
            if (await Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token) is { IsCompleted: true } ended)
            {
                return ended;
            }

            await Task.Delay(PollInterval, patience.Token);
        }
    }

    public async Task DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _engine?.Dispose();
    }
}
