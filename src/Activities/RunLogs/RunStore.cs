using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// Reads and writes runs in a content store: their records, and in their logs what each attempt executes, and its outputs. Attempts of a run are
/// numbered from 1. Thread-safe.
/// </summary>
/// <remarks>
/// Every method that reads or writes throws a <see cref="ContentStoreException"/> when the store is not available. A write that failed may have
/// happened; every write may be repeated.
/// </remarks>
public sealed partial class RunStore(IContentStore store, RunLogStore logs) : IDisposable
{
    /// <summary>Writes the record of a new run.</summary>
    /// <returns>False when there is a record with the id, also one of a run that is being deleted; it stays as it is.</returns>
    public async Task<bool> CreateAsync(RunRecord record, CancellationToken cancellationToken) =>
        await store.CreateAsync(RunKeys.Record(record.RunId), JsonContent.Bytes(record), cancellationToken) is not null;

    /// <summary>
    /// Writes a new run with what its first attempt executes: first its record, which only one caller can create, and at last its entry in the index.
    /// </summary>
    /// <param name="definition">The write that stores its definition; null when it is stored.</param>
    /// <param name="forked">The checkpoints that the run takes over from another one, already with its id.</param>
    /// <returns>False when there is a record with the id, also one of a run that is being deleted; it stays as it is.</returns>
    internal async Task<bool> CreateAsync(
        RunRecord record, ContentWrite? definition, PreparedRun prepared, IReadOnlyList<StepCheckpoint> forked, CancellationToken cancellationToken)
    {
        var writes = new RunWrites(record.Identity);
        if (definition is not null)
        {
            writes.Add(definition);
        }

        var place = writes.Add(ContentWrite.Create(RunKeys.Record(record.RunId), JsonContent.Bytes(record)));
        AddPrepared(writes, record, prepared, forked);
        return await logs.WriteAsync(writes, cancellationToken) > place;
    }

    /// <summary>Writes the rest of a new run whose record is there, unless it is there too. Of several callers the first one wins.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    internal async Task CompleteAsync(
        RunRecord record, PreparedRun prepared, IReadOnlyList<StepCheckpoint> forked, CancellationToken cancellationToken)
    {
        if (!await IsUnwrittenAsync(record, cancellationToken))
        {
            await AddToIndexAsync(record, cancellationToken);
            return;
        }

        // A crash may have cut the append off behind some of the checkpoints.
        await store.CheckThereAsync(record.Identity, cancellationToken);
        var log = await logs.IndexAsync(record.Identity, isCurrent: true, cancellationToken);
        var writes = new RunWrites(record.Identity);
        AddPrepared(writes, record, prepared, [.. forked.Where(checkpoint => log.Find(AttemptKey.Of(checkpoint)) is null)]);
        await logs.WriteAsync(writes, cancellationToken);
    }

    /// <summary>Checks that the run was not deleted.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task CheckThereAsync(RunIdentity run, CancellationToken cancellationToken) => store.CheckThereAsync(run, cancellationToken);

    /// <summary>The record; null when there is no such run, or it is being deleted.</summary>
    /// <exception cref="UnreadableRecordException">The record exists and this version cannot read it.</exception>
    public async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellationToken) =>
        await FindAnyAsync(runId, cancellationToken) is { Deleting: false } record ? record : null;

    /// <summary>The record, even of a run that is being deleted; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">The record exists and this version cannot read it.</exception>
    public async Task<RunRecord?> FindAnyAsync(string runId, CancellationToken cancellationToken) =>
        (await ReadAsync(runId, cancellationToken))?.Record;

    /// <summary>Adds the run to the index. An entry that is there stays as it is.</summary>
    public async Task AddToIndexAsync(RunRecord record, CancellationToken cancellationToken) =>
        await store.CreateAsync(RunKeys.Index(record), JsonContent.Bytes(RunIndexEntry.Of(record)), cancellationToken);

    /// <summary>Changes the record. Repeats until no other writer changed it in between.</summary>
    /// <param name="change">Makes the new record; null or the same instance changes nothing. Called again when another writer was faster.</param>
    /// <returns>The record as it is stored now.</returns>
    /// <exception cref="KeyNotFoundException">There is no such run, or it is being deleted.</exception>
    /// <exception cref="UnreadableRecordException">This version cannot read its record.</exception>
    public Task<RunRecord> UpdateAsync(string runId, Func<RunRecord, RunRecord?> change, CancellationToken cancellationToken) =>
        UpdateAsync(runId, record => change(record) is { } changed ? new RunUpdate(changed) : null, cancellationToken);

    /// <summary>The same for a change that comes with other writes.</summary>
    internal async Task<RunRecord> UpdateAsync(string runId, Func<RunRecord, RunUpdate?> change, CancellationToken cancellationToken)
    {
        var key = RunKeys.Record(runId);
        while (true)
        {
            if (await ReadAsync(runId, cancellationToken) is not var (record, etag) || record.Deleting)
            {
                throw new KeyNotFoundException($"There is no run '{runId}'.");
            }

            if (change(record) is not { Record: var changed } update || ReferenceEquals(changed, record))
            {
                return record;
            }

            var writes = new RunWrites(record.Identity);
            if (update.Definition is not null)
            {
                writes.Add(update.Definition);
            }

            writes.Append(update.Before);

            // The index may show an ended run as open, since readers then check its record; it must never show an open run as ended.
            var entry = ContentWrite.Put(RunKeys.Index(changed), JsonContent.Bytes(RunIndexEntry.Of(changed)));
            if (record.HasEnded && !changed.HasEnded)
            {
                writes.Add(entry);
            }

            var place = writes.Add(ContentWrite.Replace(key, JsonContent.Bytes(changed), etag));
            if (changed.HasEnded)
            {
                writes.Add(entry);
            }

            writes.Append(update.After);
            if (await logs.WriteAsync(writes, cancellationToken) > place)
            {
                return changed;
            }
        }
    }

    /// <summary>Changes the record of a run that may be deleted meanwhile.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task<RunRecord> UpdateAsync(RunIdentity run, Func<RunRecord, RunRecord?> change, CancellationToken cancellationToken) =>
        UpdateAsync(run, record => change(record) is { } changed ? new RunUpdate(changed) : null, cancellationToken);

    /// <summary>The same for a change that comes with other writes.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    internal async Task<RunRecord> UpdateAsync(RunIdentity run, Func<RunRecord, RunUpdate?> change, CancellationToken cancellationToken)
    {
        try
        {
            return await UpdateAsync(run.RunId, change, cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            throw new RunGoneException(run);
        }
    }

    /// <summary>Frees the cache.</summary>
    public void Dispose() => _prepared.Dispose();

    private void AddPrepared(RunWrites writes, RunRecord record, PreparedRun prepared, IReadOnlyList<StepCheckpoint> forked)
    {
        var run = record.Identity;
        writes.Append(
        [
            .. forked.Select(checkpoint => LogLine.Of(run, ended: null, checkpoint, logs.NewWriter())),
            LogLine.Of(run, PreparedPart(FirstAttempt), prepared.RunAttempt, JsonContent.Bytes(prepared.Of(run))),
        ]);
        writes.Add(ContentWrite.Create(RunKeys.Index(record), JsonContent.Bytes(RunIndexEntry.Of(record))));
    }

    private async Task<(RunRecord Record, string ETag)?> ReadAsync(string runId, CancellationToken cancellationToken)
    {
        var key = RunKeys.Record(runId);
        try
        {
            if (await store.ReadAsync<RunRecord>(key, cancellationToken) is not var (record, etag))
            {
                return null;
            }

            return record.RunId == runId
                ? (record, etag)
                : throw UnreadableRecordException.Damaged(key, $"it is the record of run '{record.RunId}'", etag);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With($"Put it back from a copy; 'orchestrator runs delete {runId}' deletes what is left of the run.");
        }
        catch (UnreadableRecordException problem) when (problem.IsOlder)
        {
            throw problem.With($"'orchestrator runs delete {runId}' deletes the run.");
        }
    }
}

/// <summary>A change of a run's record with what is written with it, in this order.</summary>
internal sealed record RunUpdate(RunRecord Record)
{
    /// <summary>The write that stores a definition to which the record refers; null for none.</summary>
    public ContentWrite? Definition { get; init; }

    /// <summary>The lines for the run's log that are there when the record has changed; empty for none.</summary>
    public IReadOnlyList<LogLine> Before { get; init; } = [];

    /// <summary>The lines that tell of the change; empty for none.</summary>
    public IReadOnlyList<LogLine> After { get; init; } = [];
}
