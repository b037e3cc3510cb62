using DurableTask.AzureStorage;

namespace Orchestrator.Testing.Sidecar;

/// <summary>Task hubs of the engine that the Functions host has by default, on a storage account, with the settings of host.json.</summary>
public static class AzureStorageHub
{
    /// <summary>How many activities a process of the product takes at a time.</summary>
    public const int Activities = 64;

    /// <summary>A hub that no other process has.</summary>
    public static string NewName() => $"t{Guid.NewGuid():N}"[..20];

    /// <summary>The engine on a hub that is there afterwards.</summary>
    /// <param name="worker">The name of this process among those on the hub.</param>
    /// <param name="times">Null: the product's.</param>
    /// <param name="activities">How many activities this process takes at a time.</param>
    public static async Task<AzureStorageOrchestrationService> OpenAsync(
        string connectionString, string hub, string worker, AzureStorageTimes? times = null, int activities = Activities)
    {
        var engine = new AzureStorageOrchestrationService(Settings(connectionString, hub, worker, times ?? AzureStorageTimes.Product, activities));
        await engine.CreateIfNotExistsAsync();
        return engine;
    }

    /// <summary>What the engine on a hub is given.</summary>
    public static AzureStorageOrchestrationServiceSettings Settings(
        string connectionString, string hub, string worker, AzureStorageTimes times, int activities) => new()
        {
            StorageAccountClientProvider = new StorageAccountClientProvider(connectionString),
            TaskHubName = hub,
            WorkerId = worker,
            MaxConcurrentTaskActivityWorkItems = activities,
            MaxConcurrentTaskOrchestrationWorkItems = 32,
            ExtendedSessionsEnabled = true,
            ExtendedSessionIdleTimeout = TimeSpan.FromSeconds(30),
            ControlQueueVisibilityTimeout = times.Visibility,
            WorkItemQueueVisibilityTimeout = times.Visibility,
            MaxQueuePollingInterval = times.Polling,
            LeaseInterval = times.Lease,
            LeaseRenewInterval = times.LeaseCheck,
            LeaseAcquireInterval = times.LeaseCheck,

            // As the Functions host sets it: else an open instance is replaced whatever the caller says.
            ThrowExceptionOnInvalidDedupeStatus = true,
        };
}
