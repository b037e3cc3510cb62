using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Client;

/// <summary>Many instances at once: ordered by id, so that a page's token, the last id of the page, stays good while instances come and go.</summary>
internal sealed partial class LocalDurableTaskClient
{
    /// <summary>Refused instances are left out: asking for one of them says why.</summary>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        return Pageable.Create((token, size, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var pageSize = PageSize(size ?? filter.PageSize);
            var found = Select(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, filter.InstanceIdPrefix);
            var page = Page(found, token ?? filter.ContinuationToken, pageSize, out var next);
            return Task.FromResult(new Page<OrchestrationMetadata>([.. page.Select(entry => Metadata(entry, entry.Snapshot!, filter.FetchInputsAndOutputs))], next));
        });
    }

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        var found = Select(null, null, runtimeStatus, null).Where(entry => entry.Snapshot is { IsFinished: true } snapshot
            && (completedTimeFrom is null || snapshot.LastUpdatedAt >= completedTimeFrom)
            && (completedTimeTo is null || snapshot.LastUpdatedAt <= completedTimeTo));
        var page = Page(found, lastInstanceKey, PageSize(pageSize), out var next);
        return Task.FromResult(new Page<string>([.. page.Select(entry => entry.InstanceId)], next));
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
        foreach (var entry in Select(filter.CreatedFrom, filter.CreatedTo, filter.Statuses, null).ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            purged += await engine.PurgeAsync(entry.InstanceId, options?.Recursive ?? false).ConfigureAwait(false);
        }

        return new PurgeResult(purged, true);
    }

    private static int PageSize(int wanted) => wanted > 0
        ? wanted
        : throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "A page holds at least one instance.");

    private static List<InstanceEntry> Page(IEnumerable<InstanceEntry> found, string? after, int size, out string? next)
    {
        var page = found
            .Where(entry => string.IsNullOrEmpty(after) || string.CompareOrdinal(entry.InstanceId, after) > 0)
            .OrderBy(entry => entry.InstanceId, StringComparer.Ordinal)
            .Take(size + 1)
            .ToList();
        next = null;
        if (page.Count > size)
        {
            page.RemoveAt(size);
            next = page[^1].InstanceId;
        }

        return page;
    }

    private IEnumerable<InstanceEntry> Select(DateTimeOffset? createdFrom, DateTimeOffset? createdTo, IEnumerable<OrchestrationRuntimeStatus>? statuses, string? prefix)
    {
        engine.ThrowIfStopped();
        var wanted = statuses?.ToHashSet() is { Count: > 0 } some ? some : null;
        return engine.Entries.Where(entry => entry.Fault is null && entry.Snapshot is { } snapshot
            && (createdFrom is null || snapshot.CreatedAt >= createdFrom)
            && (createdTo is null || snapshot.CreatedAt <= createdTo)
            && (wanted is null || wanted.Contains(snapshot.Status))
            && (prefix is null || entry.InstanceId.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
