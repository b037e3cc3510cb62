using Microsoft.DurableTask.Client;

namespace Sdk.Contracts.Tests.Fakes;

/// <summary>Overrides the optional members for ending and removing instances as well.</summary>
internal sealed class PurgingClient : RecordingClient
{
    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        Note($"terminate {instanceId} {options?.ToString() ?? "null"}", true, cancellation);

    public override Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        Note($"purge {instanceId} {options?.ToString() ?? "null"}", new PurgeResult(1), cancellation);

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        Note(
            $"purge {filter.CreatedFrom:u} {filter.CreatedTo:u} {filter.Statuses?.Single().ToString() ?? "null"} {options?.Recursive}",
            new PurgeResult(2, true),
            cancellation);
}
