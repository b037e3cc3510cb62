using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// Deletes runs from the store. First the record is marked as being deleted, by compare-and-swap, so that no start, resume or fork uses a run that is
/// partly deleted. Then its parts are deleted, then its index entry, and last its record: through the record an interrupted deletion is found and
/// finished. Every operation may be repeated. Thread-safe.
/// </summary>
/// <remarks>
/// On a full disk the mark cannot be written beside the present record. So the record is deleted, by compare-and-swap too, and the mark is written
/// into the freed space. In between the parts have no record; pruning finds and deletes such parts, and a new run with the id ignores them.
/// </remarks>
public sealed class RunDeletion(IContentStore store, RunStore runs, TimeProvider time)
{
    private readonly KeyedLock _deleting = new();

    /// <summary>Marks the run as being deleted: all other callers treat it as deleted.</summary>
    /// <param name="mayDelete">Decides by the present record. Called again when another writer changed the record.</param>
    /// <returns>The record as it was before; null when there is none, or when <paramref name="mayDelete"/> returns false.</returns>
    /// <exception cref="UnreadableRecordException">This version cannot read its record.</exception>
    public async Task<RunRecord?> BeginAsync(string runId, Func<RunRecord, bool> mayDelete, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mayDelete);
        var key = RunKeys.Record(runId);
        while (true)
        {
            if (await store.ReadAsync<RunRecord>(key, cancellationToken) is not var (record, etag))
            {
                return null;
            }

            if (record.Deleting)
            {
                return record;
            }

            if (!mayDelete(record))
            {
                return null;
            }

            try
            {
                if (await store.ReplaceAsync(key, JsonContent.Bytes(record with { Deleting = true }), etag, cancellationToken) is not null)
                {
                    return record;
                }
            }
            catch (ContentStoreException problem) when (problem.IsFull)
            {
                if (await store.DeleteAsync(key, etag, cancellationToken))
                {
                    return await ReserveAsync(Mark(record), cancellationToken) ? record : null;
                }
            }
        }
    }

    /// <summary>Reserves the id of parts that have no record, so that no new run gets it while they are deleted.</summary>
    /// <returns>False when there is a record.</returns>
    public Task<bool> BeginAsync(string runId, CancellationToken cancellationToken) => ReserveAsync(
        new RunRecord { RunId = runId, Workflow = "", DefinitionHash = "", CreatedAt = time.GetUtcNow(), Deleting = true }, cancellationToken);

    /// <summary>Deletes all parts of a run that is being deleted except its record and its index entry. A late writer may add more.</summary>
    public async Task DeletePartsAsync(string runId, CancellationToken cancellationToken)
    {
        foreach (var folder in RunKeys.Folders(runId))
        {
            await store.DeleteAsync(folder, cancellationToken);
        }

        var last = RunKeys.Record(runId);
        await foreach (var key in store.ListAsync(RunKeys.Run(runId), cancellationToken))
        {
            if (key != last)
            {
                await store.DeleteAsync(key, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Serializes the deletions of one id in this process: the second one sees what the first one left, which may be a new run of that id. Dispose
    /// the result when the deletion is over.
    /// </summary>
    public Task<IDisposable> LockAsync(string runId, CancellationToken cancellationToken) => _deleting.AcquireAsync(runId, cancellationToken);

    /// <summary>Whether this run is still being deleted: another process may have finished, and a new run may have the id.</summary>
    /// <param name="record">Its record as it was before; null when it could not be read, or there was none.</param>
    public async Task<bool> IsUnderWayAsync(string runId, RunRecord? record, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAnyAsync(runId, cancellationToken) is { } now
                ? now.Deleting && (record is null || now.Identity == record.Identity)
                : record is null;
        }
        catch (UnreadableRecordException)
        {
            return record is null;
        }
    }

    /// <summary>
    /// Deletes a run that is being deleted, or whose record cannot be read, completely, with what a late writer adds before its record is gone.
    /// </summary>
    /// <param name="record">Its record; null when it cannot be read.</param>
    /// <exception cref="ContentStoreException">The store is not available, or another process wrote the record again.</exception>
    public async Task FinishAsync(string runId, RunRecord? record, CancellationToken cancellationToken)
    {
        await DeletePartsAsync(runId, cancellationToken);
        if (record is not null)
        {
            await store.DeleteAsync(RunKeys.Index(record), cancellationToken);
        }
        else
        {
            await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Index), cancellationToken))
            {
                if (key.Value.Split('/')[^1] is var name && RunKeys.TimeOf(name) is not null && RunKeys.RunIdOf(name) == runId)
                {
                    await store.DeleteAsync(key, cancellationToken);
                }
            }
        }

        var last = RunKeys.Record(runId);
        do
        {
            // Deletes the record, all else in its folder, and a file that stands in the place of that folder.
            await store.DeleteAsync(RunKeys.Run(runId), cancellationToken);
            await store.DeleteAsync(RunKeys.Folder(runId), cancellationToken);
            if (await store.GetAsync(last, cancellationToken) is not null)
            {
                throw new ContentStoreException(last.Value, $"'{last}' is still there: another process wrote it. Delete the run again.");
            }
        }
        while (await HasPartsAsync(runId, cancellationToken) && await BeginAsync(runId, cancellationToken));

        for (var attempt = 1; attempt <= (record?.Attempt ?? 1); attempt++)
        {
            runs.Forget(runId, attempt);
        }
    }

    /// <summary>Removes what the store keeps of deleted runs for its own purposes (<see cref="IContentStore.EraseDeletedAsync"/>).</summary>
    public Task EraseAsync(CancellationToken cancellationToken) => store.EraseDeletedAsync(cancellationToken);

    /// <summary>Whether the store holds anything of the run: after an interrupted deletion there may be parts without a record.</summary>
    public async Task<bool> HasPartsAsync(string runId, CancellationToken cancellationToken) =>
        await store.ListAsync(RunKeys.Run(runId), cancellationToken).AnyAsync(cancellationToken);

    /// <summary>The highest number of an attempt among the parts of a run whose record cannot be read; at least 1.</summary>
    public async Task<int> LastAttemptAsync(string runId, CancellationToken cancellationToken)
    {
        var last = Math.Max(1, await runs.LastLoggedAttemptAsync(runId, cancellationToken));
        await foreach (var key in store.ListAsync(RunKeys.Run(runId), cancellationToken))
        {
            last = Math.Max(last, RunKeys.AttemptOf(key));
        }

        return last;
    }

    /// <summary>Creates the record that marks a run as being deleted; on a full disk, in the space of parts that have no record.</summary>
    /// <returns>False when there is a record.</returns>
    private async Task<bool> ReserveAsync(RunRecord mark, CancellationToken cancellationToken)
    {
        var key = RunKeys.Record(mark.RunId);
        while (true)
        {
            try
            {
                return await store.CreateAsync(key, JsonContent.Bytes(mark), cancellationToken) is not null;
            }
            catch (ContentStoreException problem) when (problem.IsFull)
            {
                if (!await MakeRoomAsync(mark.RunId, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Deletes parts that have no record. False when nothing could be deleted.</summary>
    private async Task<bool> MakeRoomAsync(string runId, CancellationToken cancellationToken)
    {
        var any = false;
        await foreach (var key in store.ListAsync(RunKeys.Run(runId), cancellationToken))
        {
            // Read the part first, then the record: if there is no record then, the part cannot belong to a new run of the id.
            any |= await store.GetAsync(key, cancellationToken) is { } part
                && await store.GetAsync(RunKeys.Record(runId), cancellationToken) is null
                && await store.DeleteAsync(key, part.ETag, cancellationToken);
        }

        return any;
    }

    /// <summary>The mark of a run that is being deleted, with only what its deletion needs: it is shorter than the record.</summary>
    private static RunRecord Mark(RunRecord record) => new()
    {
        RunId = record.RunId,
        Stamp = record.Stamp,
        Workflow = record.Workflow,
        App = record.App,
        DefinitionHash = record.DefinitionHash,
        Status = record.Status,
        Attempt = record.Attempt,
        CreatedAt = record.CreatedAt,
        Attempts = [.. record.Attempts.Select(attempt => new RunAttempt(attempt.N))],
        Deleting = true,
    };
}
