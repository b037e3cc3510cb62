using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Retention;

/// <summary>
/// Finds what the store no longer needs and deletes it; runs it only reports, because their histories are in another store. Safe during starts,
/// resumes and forks in this process and others. It may be interrupted at any moment: the next pruning finds the rest. Thread-safe.
/// </summary>
public sealed class ContentPruner(IContentStore store, RunStore runs, WorkflowStore workflows, TimeProvider time)
{
    /// <summary>
    /// Minimum age of a record without an index entry before the entry is added here: the record's writer may still be about to add it.
    /// </summary>
    private static readonly TimeSpan MinimumUnlistedAge = TimeSpan.FromMinutes(1);

    /// <summary>Prunes the store once.</summary>
    /// <param name="before">Reports runs that ended, and deletes answers that were kept, before this time; null: none.</param>
    /// <param name="dryRun">Whether to delete and write nothing.</param>
    public async Task<PruneReport> PruneAsync(DateTimeOffset? before, bool dryRun, CancellationToken cancellationToken)
    {
        var inventory = await RunInventory.ReadAsync(store, runs, cancellationToken);
        var now = time.GetUtcNow();
        if (!dryRun)
        {
            foreach (var key in inventory.EntriesWithoutRun)
            {
                await store.DeleteAsync(key, cancellationToken);
            }

            foreach (var run in inventory.RecordsWithoutEntry.Where(run => !run.Deleting && now - run.CreatedAt > MinimumUnlistedAge))
            {
                if (!await TryAddToIndexAsync(run, cancellationToken))
                {
                    break;
                }
            }
        }

        var old = inventory.Records.Values.Where(run => !run.Deleting && run.CreatedAt < before).OrderByDescending(run => run.CreatedAt).ToList();
        return new PruneReport
        {
            Runs = old.FindAll(run => run.HasEnded && run.CompletedAt < before),
            Open = [.. old.Where(run => !run.HasEnded).Select(run => run.RunId)],
            Unreadable = inventory.Unreadable,
            Leftovers = [.. inventory.RunsWithoutRecord, .. inventory.Records.Values.Where(run => run.Deleting).Select(run => run.RunId)],
            StartKeys = await PruneRecordsAsync<StartClaim>(
                StoreFolders.StartKeys, claim => StartKeys.HasExpired(claim, now), dryRun, cancellationToken),
            Answers = await PruneRecordsAsync<KeptAnswer>(StoreFolders.Answers, answer => answer.At < before, dryRun, cancellationToken),
            Definitions = await PruneDefinitionsAsync(inventory, now, dryRun, cancellationToken),
        };
    }

    /// <summary>Adds a run to the index. False when the disk is full: then the deletions, which free space, must still happen.</summary>
    private async Task<bool> TryAddToIndexAsync(RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            await runs.AddToIndexAsync(run, cancellationToken);
            return true;
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue || problem.IsFull)
        {
            // IsOfOneValue: a folder or link is in the place of the index entry, which affects this run only.
            return !problem.IsFull;
        }
    }

    /// <summary>
    /// Deletes expired and damaged records of a folder in which each key is a hash; those of a newer version stay. Gives their number.
    /// </summary>
    private async Task<int> PruneRecordsAsync<T>(string folder, Func<T, bool> hasExpired, bool dryRun, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        var count = 0;
        await foreach (var key in store.ListAsync(ContentPrefix.Under(folder), cancellationToken))
        {
            if (key.Value.Split('/') is not [_, { Length: 64 } hash] || !hash.All(char.IsAsciiHexDigitLower)
                || await FindExpiredAsync(key, hasExpired, cancellationToken) is not { } etag)
            {
                continue;
            }

            // The ETag keeps a value that was replaced in the meantime.
            count += dryRun || await store.DeleteAsync(key, etag, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The ETag of an expired or damaged record; null for every other.</summary>
    private async Task<string?> FindExpiredAsync<T>(ContentKey key, Func<T, bool> hasExpired, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        try
        {
            return await store.ReadAsync<T>(key, cancellationToken) is var (record, etag) && hasExpired(record) ? etag : null;
        }
        catch (UnreadableRecordException problem)
        {
            return problem.IsNewer ? null : problem.ETag;
        }
    }

    /// <summary>Deletes unused definitions; none while a record cannot be read, because the definition that it names is not known.</summary>
    private async Task<int> PruneDefinitionsAsync(RunInventory inventory, DateTimeOffset now, bool dryRun, CancellationToken cancellationToken)
    {
        var stored = await workflows.ListAsync(app: null, cancellationToken).Select(workflow => workflow.Record).ToListAsync(cancellationToken);
        if (inventory.Unreadable.Count > 0 || stored.Exists(workflow => workflow.Unreadable is not null))
        {
            return 0;
        }

        var used = inventory.Records.Values.Select(run => run.DefinitionHash)
            .Concat(stored.SelectMany(workflow => workflow.Versions.Select(version => version.Hash).Append(workflow.Hash)))
            .ToHashSet(StringComparer.Ordinal);
        return await new DefinitionStore(store).PruneAsync(used.Contains, now, dryRun, cancellationToken);
    }
}

/// <summary>What a pruning deleted, or would delete, and what it kept although it is old. Immutable.</summary>
public sealed record PruneReport
{
    /// <summary>The runs that ended before the given time, the newest first.</summary>
    public IReadOnlyList<RunRecord> Runs { get; init; } = [];

    /// <summary>The ids of old runs that have not ended: kept.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>The ids of runs whose record cannot be read: kept, because their age is unknown.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>The ids of runs whose deletion was interrupted: it is completed, histories included.</summary>
    public IReadOnlyList<string> Leftovers { get; init; } = [];

    /// <summary>The number of idempotency keys older than 24 hours.</summary>
    public int StartKeys { get; init; }

    /// <summary>The number of answers that were kept for later requests (<c>cache: true</c>) before the given time.</summary>
    public int Answers { get; init; }

    /// <summary>The number of definitions that neither a run nor a stored workflow uses.</summary>
    public int Definitions { get; init; }

    /// <summary>Whether there was nothing to delete.</summary>
    public bool IsEmpty => Runs.Count + Leftovers.Count + StartKeys + Answers + Definitions == 0;
}
