using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Client;

/// <summary>
/// Queries and purges of several instances, ordered by id. The continuation token is the last id of a page, so it stays valid while instances are
/// added and removed.
/// </summary>
internal sealed partial class LocalDurableTaskClient
{
    /// <summary>Refused instances are omitted; a query for one of them throws the reason.</summary>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        return Pageable.Create(async (token, size, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = SelectAsync(
                filter.CreatedFrom, filter.CreatedTo, filter.Statuses, filter.InstanceIdPrefix, token ?? filter.ContinuationToken, cancellationToken);
            var (page, next) = await PageAsync(found, PageSize(size ?? filter.PageSize)).ConfigureAwait(false);
            return new Page<OrchestrationMetadata>([.. page.Select(snapshot => Metadata(snapshot, filter.FetchInputsAndOutputs))], next);
        });
    }

    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellationToken = default)
    {
        var found = SelectAsync(null, null, runtimeStatus, null, lastInstanceKey, cancellationToken).Where(snapshot => snapshot.IsFinished
            && (completedTimeFrom is null || snapshot.LastUpdatedAt >= completedTimeFrom)
            && (completedTimeTo is null || snapshot.LastUpdatedAt <= completedTimeTo));
        var (page, next) = await PageAsync(found, PageSize(pageSize)).ConfigureAwait(false);
        return new Page<string>([.. page.Select(snapshot => snapshot.InstanceId)], next);
    }

    /// <summary>Deletes a finished instance, and its finished sub-orchestrations when the purge is recursive.</summary>
    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        return new PurgeResult(await engine.PurgeAsync(instanceId, options?.Recursive ?? false).ConfigureAwait(false), true);
    }

    /// <summary>Deletes the finished instances that match the filter.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var purged = 0;
        var selected = SelectAsync(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, null, null, cancellationToken);
        foreach (var snapshot in await selected.ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            purged += await engine.PurgeAsync(snapshot.InstanceId, options?.Recursive ?? false).ConfigureAwait(false);
        }

        return new PurgeResult(purged, true);
    }

    private static int PageSize(int wanted) => wanted > 0
        ? wanted
        : throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "A page holds at least one instance.");

    private static async Task<(List<InstanceSnapshot> Page, string? Next)> PageAsync(IAsyncEnumerable<InstanceSnapshot> found, int size)
    {
        var page = new List<InstanceSnapshot>();
        await foreach (var snapshot in found.ConfigureAwait(false))
        {
            if (page.Count == size)
            {
                return (page, page[^1].InstanceId);
            }

            page.Add(snapshot);
        }

        return (page, null);
    }

    /// <summary>Reads matching instances lazily, one by one.</summary>
    /// <param name="after">Only ids after this one; null or empty for all.</param>
    private async IAsyncEnumerable<InstanceSnapshot> SelectAsync(
        DateTimeOffset? createdFrom, DateTimeOffset? createdTo, IEnumerable<OrchestrationRuntimeStatus>? statuses, string? prefix, string? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        engine.ThrowIfStopped();
        var wanted = statuses?.ToHashSet() is { Count: > 0 } some ? some : null;
        foreach (var id in await engine.ListIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            if ((string.IsNullOrEmpty(after) || string.CompareOrdinal(id, after) > 0)
                && (prefix is null || id.StartsWith(prefix, StringComparison.Ordinal))
                && await TryFindAsync(id, cancellationToken).ConfigureAwait(false) is { } snapshot
                && (createdFrom is null || snapshot.CreatedAt >= createdFrom)
                && (createdTo is null || snapshot.CreatedAt <= createdTo)
                && (wanted is null || wanted.Contains(snapshot.Status)))
            {
                yield return snapshot;
            }
        }
    }

    private async Task<InstanceSnapshot?> TryFindAsync(string instanceId, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalException)
        {
            return null;
        }
    }
}
