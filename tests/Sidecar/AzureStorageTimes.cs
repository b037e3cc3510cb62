namespace Orchestrator.Testing.Sidecar;

/// <summary>How soon the engine on a storage account takes over what a dead process held, and looks for work.</summary>
/// <param name="Visibility">How long a message stays with the process that has it.</param>
/// <param name="Lease">How long a partition stays with the process that has it.</param>
/// <param name="LeaseCheck">How often partitions are renewed and asked for.</param>
/// <param name="Polling">How long an idle queue is left alone at most.</param>
public sealed record AzureStorageTimes(TimeSpan Visibility, TimeSpan Lease, TimeSpan LeaseCheck, TimeSpan Polling)
{
    /// <summary>What host.json sets, and the engine's defaults for the leases.</summary>
    public static AzureStorageTimes Product { get; } = new(
        TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <summary>Short enough for a test that kills a process.</summary>
    public static AzureStorageTimes Short { get; } = new(
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200));
}
