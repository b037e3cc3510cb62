using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Deletes what the store holds of runs. First the record says that the run is being deleted, by compare-and-swap, so that no start, resume or fork
/// uses a run whose parts are partly deleted; then its parts are deleted, its index entry, and last its record, by which an interrupted deletion is found and finished.
/// Every operation may be repeated. Thread-safe.
/// </summary>
/// <remarks>
/// On a full disk that mark cannot be written beside the present record, so the record is deleted, by compare-and-swap too, and the mark is written in the space that it
/// used. In between the run is gone and its parts have no record, which is what a pruning finds and finishes; a start that gets the id meanwhile passes over them.
/// </remarks>
public sealed class RunDeletion(IContentStore store, RunStore runs, TimeProvider time)
{
    private readonly KeyedLock _deleting = new();

    /// <summary>Marks the run as being deleted: to every other caller it is not there any more.</summary>
    /// <param name="mayGo">Decides on the present record. Asked again when another writer changed it meanwhile.</param>
    /// <returns>The record as it was before; null when there is none, or when <paramref name="mayGo"/> refuses.</returns>
    /// <exception cref="UnreadableRecordException">This version cannot read its record.</exception>
    public async Task<RunRecord?> BeginAsync(string runId, Func<RunRecord, bool> mayGo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mayGo);
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

            if (!mayGo(record))
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
                    return await ReserveAsync(Shortest(record), cancellationToken) ? record : null;
                }
            }
        }
    }

    /// <summary>Reserves the id of parts that have no record, so that no new run gets it while they are deleted.</summary>
    /// <returns>False when there is a record.</returns>
    public Task<bool> BeginAsync(string runId, CancellationToken cancellationToken) => ReserveAsync(
        new RunRecord { RunId = runId, Workflow = "", DefinitionHash = "", CreatedAt = time.GetUtcNow(), Deleting = true }, cancellationToken);

    /// <summary>Deletes what there is of a run that is being deleted beside its record and its index entry. A late writer may write more.</summary>
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
    /// Deletes one run at a time of those that have an id: of two deletions the second one sees what the first one left, which may be a new run of that id.
    /// Dispose the result when the deletion is over.
    /// </summary>
    public Task<IDisposable> LockAsync(string runId, CancellationToken cancellationToken) => _deleting.AcquireAsync(runId, cancellationToken);

    /// <summary>Whether the run is still being deleted: another process may have finished that, and the id may be in use again.</summary>
    /// <param name="record">Its record as it was before; null when that could not be read, or there was none.</param>
    public async Task<bool> IsUnderWayAsync(string runId, RunRecord? record, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAnyAsync(runId, cancellationToken) is { } now ? now.Deleting && (record is null || now.Identity == record.Identity) : record is null;
        }
        catch (UnreadableRecordException)
        {
            return record is null;
        }
    }

    /// <summary>Deletes everything of a run that is being deleted, or whose record cannot be read.</summary>
    /// <param name="record">Its record; null when it cannot be read.</param>
    public async Task FinishAsync(string runId, RunRecord? record, CancellationToken cancellationToken)
    {
        await DeletePartsAsync(runId, cancellationToken);
        if (record is not null)
        {
            await store.DeleteAsync(RunKeys.Index(record), cancellationToken);
        }
        else
        {
            await foreach (var key in store.ListAsync(ContentPrefix.Under(RunKeys.IndexRoot), cancellationToken))
            {
                if (key.Value.Split('/')[^1] is var name && RunKeys.TimeOf(name) is not null && RunKeys.RunIdOf(name) == runId)
                {
                    await store.DeleteAsync(key, cancellationToken);
                }
            }
        }

        var last = RunKeys.Record(runId);

        // With the record goes whatever else is in its folder, and a file in the place of that folder.
        await store.DeleteAsync(RunKeys.Run(runId), cancellationToken);
        await store.DeleteAsync(RunKeys.Folder(runId), cancellationToken);
        if (await store.GetAsync(last, cancellationToken) is not null)
        {
            throw new ContentStoreException(last.Value, $"'{last}' is still there: another process wrote it. Delete the run again.");
        }

        for (var attempt = 1; attempt <= (record?.Attempt ?? 1); attempt++)
        {
            runs.Forget(runId, attempt);
        }
    }

    /// <summary>Whether anything of a run is kept, with or without its record: a deletion may have been interrupted.</summary>
    public async Task<bool> HasPartsAsync(string runId, CancellationToken cancellationToken) =>
        await store.ListAsync(RunKeys.Run(runId), cancellationToken).AnyAsync(cancellationToken);

    /// <summary>The highest attempt number among the kept parts, for a run whose record cannot be read; at least 1.</summary>
    public async Task<int> LastAttemptAsync(string runId, CancellationToken cancellationToken)
    {
        var last = 1;
        await foreach (var key in store.ListAsync(RunKeys.Run(runId), cancellationToken))
        {
            last = Math.Max(last, RunKeys.AttemptOf(key));
        }

        return last;
    }

    /// <summary>Creates the record of a run that is being deleted; on a full disk, in the place of the parts that have no record.</summary>
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

    /// <summary>Deletes the parts that have no record. False when there was none that could be.</summary>
    private async Task<bool> MakeRoomAsync(string runId, CancellationToken cancellationToken)
    {
        var any = false;
        await foreach (var key in store.ListAsync(RunKeys.Run(runId), cancellationToken))
        {
            // The part first, then the record: a part that was there before there was a record is not one of a run that gets the id meanwhile.
            any |= await store.GetAsync(key, cancellationToken) is { } part
                && await store.GetAsync(RunKeys.Record(runId), cancellationToken) is null
                && await store.DeleteAsync(key, part.ETag, cancellationToken);
        }

        return any;
    }

    /// <summary>The record of the run that is being deleted, with what its deletion needs and no more: it takes less space than the record did.</summary>
    private static RunRecord Shortest(RunRecord record) => new()
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
