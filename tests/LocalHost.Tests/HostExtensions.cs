using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests;

internal static class HostExtensions
{
    /// <summary>Long enough for a loaded machine: a test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts an instance and waits for its end.</summary>
    public static async Task<OrchestrationMetadata> RunAsync(
        this LocalDurableHost host, string orchestrator, object? input = null, string? instanceId = null)
    {
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId));
        return await host.EndOfAsync(id);
    }

    public static Task<OrchestrationMetadata> EndOfAsync(this LocalDurableHost host, string instanceId) =>
        host.Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, CancellationToken.None).WaitAsync(Patience);
}
