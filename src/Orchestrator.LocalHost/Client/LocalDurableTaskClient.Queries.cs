using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Client;

/// <summary>Many instances at once: ordered by id, so that a page's token, the last id of the page, stays good while instances come and go.</summary>
internal sealed partial class LocalDurableTaskClient
{
    /// <summary>Refused instances are left out: asking for one of them says why.</summary>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        return Pageable.Create(async (token, size, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var found = SelectAsync(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, filter.InstanceIdPrefix, token ?? filter.ContinuationToken, cancellation);
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
        CancellationToken cancellation = default)
    {
        var found = SelectAsync(null, null, runtimeStatus, null, lastInstanceKey, cancellation).Where(snapshot => snapshot.IsFinished
            && (completedTimeFrom is null || snapshot.LastUpdatedAt >= completedTimeFrom)
            && (completedTimeTo is null || snapshot.LastUpdatedAt <= completedTimeTo));
        var (page, next) = await PageAsync(found, PageSize(pageSize)).ConfigureAwait(false);
        return new Page<string>([.. page.Select(snapshot => snapshot.InstanceId)], next);
    }

    /// <summary>Deletes a finished instance, and the instances that it had started when that is asked for. What is not finished stays.</summary>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        return new PurgeResult(await engine.PurgeAsync(instanceId, options?.Recursive ?? false).ConfigureAwait(false), true);
    }

    /// <summary>Deletes all finished instances that the filter selects.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var purged = 0;
        foreach (var snapshot in await SelectAsync(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, null, null, cancellation).ToListAsync(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
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

    /// <summary>Instances that do not run here are read one after the other, only as far as the caller enumerates.</summary>
    /// <param name="after">The id after which it begins; null or empty: at the first.</param>
    private async IAsyncEnumerable<InstanceSnapshot> SelectAsync(
        DateTimeOffset? createdFrom, DateTimeOffset? createdTo, IEnumerable<OrchestrationRuntimeStatus>? statuses, string? prefix, string? after,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        engine.ThrowIfStopped();
        var wanted = statuses?.ToHashSet() is { Count: > 0 } some ? some : null;
        foreach (var id in await engine.ListIdsAsync(cancellation).ConfigureAwait(false))
        {
            if ((string.IsNullOrEmpty(after) || string.CompareOrdinal(id, after) > 0)
                && (prefix is null || id.StartsWith(prefix, StringComparison.Ordinal))
                && await TryFindAsync(id, cancellation).ConfigureAwait(false) is { } snapshot
                && (createdFrom is null || snapshot.CreatedAt >= createdFrom)
                && (createdTo is null || snapshot.CreatedAt <= createdTo)
                && (wanted is null || wanted.Contains(snapshot.Status)))
            {
                yield return snapshot;
            }
        }
    }

    private async Task<InstanceSnapshot?> TryFindAsync(string instanceId, CancellationToken cancellation)
    {
        try
        {
            return await engine.FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false);
        }
        catch (JournalException)
        {
            return null;
        }
    }
}
