using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Deletes what the store holds of runs. First the record says that the run is being deleted, by compare-and-swap, so that no start, resume or fork
/// uses a run whose parts are partly deleted; then its parts are deleted, its index entry, and last its record, by which an interrupted deletion is found and finished.
/// Every operation may be repeated. Thread-safe.
/// </summary>
public sealed class RunDeletion(IContentStore store, RunStore runs, TimeProvider time)
{
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

            if (await store.ReplaceAsync(key, JsonContent.Bytes(record with { Deleting = true }), etag, cancellationToken) is not null)
            {
                return record;
            }
        }
    }

    /// <summary>Reserves the id of parts that have no record, so that no new run gets it while they are deleted.</summary>
    /// <returns>False when there is a record.</returns>
    public async Task<bool> BeginAsync(string runId, CancellationToken cancellationToken)
    {
        var record = new RunRecord { RunId = runId, Workflow = "", DefinitionHash = "", CreatedAt = time.GetUtcNow(), Deleting = true };
        return await store.CreateAsync(RunKeys.Record(runId), JsonContent.Bytes(record), cancellationToken) is not null;
    }

    /// <summary>Deletes everything of a run that is being deleted, or whose record cannot be read.</summary>
    /// <param name="record">Its record; null when it cannot be read.</param>
    public async Task FinishAsync(string runId, RunRecord? record, CancellationToken cancellationToken)
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
}
