using DurableTask.AzureStorage;

namespace Orchestrator.Conformance.Engines;

/// <summary>Task hubs of the engine that the Functions host has by default, on a storage account.</summary>
internal static class AzureStorageHub
{
    /// <summary>How long what a dead worker held stays its own. The product's is a minute: too long for a test.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    /// <summary>A hub that no other test has, in any process.</summary>
    public static string NewName() => $"t{Guid.NewGuid():N}"[..20];

    /// <summary>The engine on a hub that is there afterwards.</summary>
    /// <param name="worker">The name of this process among those on the hub.</param>
    /// <param name="activities">How many activities this process takes at a time.</param>
    public static async Task<AzureStorageOrchestrationService> OpenAsync(string connectionString, string hub, string worker, int activities = 32)
    {
        var engine = new AzureStorageOrchestrationService(new AzureStorageOrchestrationServiceSettings
        {
            StorageAccountClientProvider = new StorageAccountClientProvider(connectionString),
            TaskHubName = hub,
            WorkerId = worker,
            PartitionCount = 2,
            MaxConcurrentTaskActivityWorkItems = activities,
            MaxConcurrentTaskOrchestrationWorkItems = 32,
            MaxQueuePollingInterval = TimeSpan.FromMilliseconds(200),
            ControlQueueVisibilityTimeout = Hold,
            WorkItemQueueVisibilityTimeout = Hold,
            LeaseInterval = Hold,
            LeaseRenewInterval = Hold / 5,
            LeaseAcquireInterval = Hold / 5,
            UseAppLease = false,

            // As the Functions host sets it: else an open instance is replaced whatever the caller says.
            ThrowExceptionOnInvalidDedupeStatus = true,
        });
        await engine.CreateIfNotExistsAsync();
        return engine;
    }
}
