using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Caching.Memory;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Reads and writes runs in a content store: their records, what each attempt executes, and outputs. Attempts of a run are numbered from 1.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Every method that reads or writes throws a <see cref="ContentStoreException"/> when the store is not available. A write that failed may have
/// happened; every write may be repeated.
/// </remarks>
public sealed class RunStore(IContentStore store) : IDisposable
{
    private const string FirstAttempt = "1";

    /// <summary>How many characters of its hash are the name of a prepared run: enough to distinguish those of one run.</summary>
    private const int NameLength = 16;

    /// <summary>A prepared run that is not read for this time leaves the cache: the run may end in another process.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Cached, since every step of a run reads the same prepared run, which never changes.</summary>
    private readonly MemoryCache _prepared = new(new MemoryCacheOptions());

    /// <summary>Writes the record of a new run.</summary>
    /// <returns>False when there is a record with the id, also one of a run that is being deleted; it stays as it is.</returns>
    public async Task<bool> CreateAsync(RunRecord record, CancellationToken cancellationToken) =>
        await store.CreateAsync(RunKeys.Record(record.RunId), JsonContent.Bytes(record), cancellationToken) is not null;

    /// <summary>Deletes the parts of this id that have another stamp than the record, which a late writer of an earlier run left behind.</summary>
    public Task ClearAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return store.ClearAsync(record.Identity, cancellationToken);
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
    public async Task<RunRecord> UpdateAsync(string runId, Func<RunRecord, RunRecord?> change, CancellationToken cancellationToken)
    {
        var key = RunKeys.Record(runId);
        while (true)
        {
            if (await ReadAsync(runId, cancellationToken) is not var (record, etag) || record.Deleting)
            {
                throw new KeyNotFoundException($"There is no run '{runId}'.");
            }

            var changed = change(record);
            if (changed is null || ReferenceEquals(changed, record))
            {
                return record;
            }

            // The index may show an ended run as open, since readers then check its record; it must never show an open run as ended.
            if (record.HasEnded && !changed.HasEnded)
            {
                await PutIndexAsync(changed, cancellationToken);
            }

            if (await store.ReplaceAsync(key, JsonContent.Bytes(changed), etag, cancellationToken) is not null)
            {
                if (changed.HasEnded)
                {
                    await PutIndexAsync(changed, cancellationToken);
                }

                return changed;
            }
        }
    }

    /// <summary>Changes the record of a run that may be deleted meanwhile.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task<RunRecord> UpdateAsync(RunIdentity run, Func<RunRecord, RunRecord?> change, CancellationToken cancellationToken)
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

    /// <summary>Writes what the first attempt of a run executes. Of several callers the first one wins.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task PutPreparedAsync(PreparedRun prepared, CancellationToken cancellationToken) =>
        await store.CreatePartAsync(prepared.Identity, RunKeys.Prepared(prepared.RunId, FirstAttempt), prepared, cancellationToken);

    /// <summary>Writes what a later attempt is to execute. It takes effect when the run's record names it.</summary>
    /// <returns>The name for <see cref="RunRecord.Resumed"/>, which depends on the content only.</returns>
    public async Task<string> PutResumedAsync(PreparedRun prepared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var content = JsonContent.Bytes(prepared);
        var name = $"{prepared.RunAttempt}-{Convert.ToHexStringLower(SHA256.HashData(content))[..NameLength]}";
        await store.CreateAsync(RunKeys.Prepared(prepared.RunId, name), content, cancellationToken);
        return name;
    }

    /// <summary>What an attempt of the run that has the id now executes.</summary>
    /// <exception cref="RunGoneException">There is no such run.</exception>
    /// <exception cref="UnreadableRecordException">It is missing or cannot be read.</exception>
    public async Task<PreparedRun> GetPreparedAsync(string runId, int runAttempt, CancellationToken cancellationToken) => await GetPreparedAsync(
        await FindAsync(runId, cancellationToken) ?? throw new RunGoneException(new RunIdentity(runId, null)), runAttempt, cancellationToken);

    /// <summary>What an attempt of this run executes.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    /// <exception cref="UnreadableRecordException">It is missing or cannot be read.</exception>
    public async Task<PreparedRun> GetPreparedAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) => Cached(run, runAttempt)
        ?? (await FindAsync(run.RunId, cancellationToken) is { } record && record.Identity == run
            ? await GetPreparedAsync(record, runAttempt, cancellationToken)
            : throw new RunGoneException(run));

    /// <summary>What an attempt of a run executes, for callers that only read it: it is not put into the cache. Null when it is missing.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<PreparedRun?> FindPreparedAsync(RunRecord record, int runAttempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (Cached(record.Identity, runAttempt) is { } cached)
        {
            return cached;
        }

        try
        {
            return PreparedName(record, runAttempt) is { } name
                ? await store.FindPartAsync<PreparedRun>(record.Identity, RunKeys.Prepared(record.RunId, name), cancellationToken)
                : null;
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With(PreparedRemedy(record, runAttempt));
        }
    }

    /// <summary>What an attempt of a run executes is missing; the message says what can be done.</summary>
    public static UnreadableRecordException MissingPrepared(RunRecord record, int runAttempt)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UnreadableRecordException.Missing(
            RunKeys.Prepared(record.RunId, PreparedName(record, runAttempt) ?? $"{runAttempt}"),
            $"What attempt {runAttempt} of run '{record.RunId}' executes",
            PreparedRemedy(record, runAttempt));
    }

    /// <summary>
    /// Whether the run's record exists without what the run executes: its host died between the two writes, or is between them now. Nothing of the
    /// run was started.
    /// </summary>
    /// <exception cref="UnreadableRecordException">What it executes cannot be read.</exception>
    public async Task<bool> IsUnwrittenAsync(RunRecord record, CancellationToken cancellationToken) =>
        record is { Attempt: 1, StartedAt: null } && await FindPreparedAsync(record, 1, cancellationToken) is null;

    /// <summary>Removes what an attempt executes from the cache, for an attempt that has ended.</summary>
    public void Forget(string runId, int runAttempt) => _prepared.Remove((runId, runAttempt));

    /// <summary>Writes the outputs of an attempt of the run; overwrites those that are there.</summary>
    /// <exception cref="RunGoneException">The run was deleted: nothing was written.</exception>
    public async Task PutOutputsAsync(RunIdentity run, int runAttempt, JsonObject outputs, CancellationToken cancellationToken)
    {
        var (key, content) = (RunKeys.Outputs(run.RunId, runAttempt), JsonContent.Bytes(outputs));
        while (true)
        {
            // Read the ETag before the check of the run: the write then fails if a later run of the id wrote meanwhile.
            var present = await store.GetAsync(key, cancellationToken);
            await store.CheckThereAsync(run, cancellationToken);
            if ((present is null
                ? await store.CreateAsync(key, content, cancellationToken)
                : await store.ReplaceAsync(key, content, present.ETag, cancellationToken)) is not null)
            {
                return;
            }
        }
    }

    /// <summary>The outputs of an attempt that has completed.</summary>
    /// <exception cref="UnreadableRecordException">They are missing or cannot be read.</exception>
    public async Task<JsonObject> GetOutputsAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        var key = RunKeys.Outputs(runId, runAttempt);
        var remedy = $"Put it back from a copy; 'orchestrator resume {runId} --fork' makes them again from what the steps have, in a new run.";
        try
        {
            return await store.ReadValueAsync<JsonObject>(key, cancellationToken)
                ?? throw UnreadableRecordException.Missing(key, $"What run '{runId}' gave as its outputs", remedy);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With(remedy);
        }
    }

    /// <summary>Frees the cache.</summary>
    public void Dispose() => _prepared.Dispose();

    private async Task<PreparedRun> GetPreparedAsync(RunRecord record, int runAttempt, CancellationToken cancellationToken) =>
        Cached(record.Identity, runAttempt) ?? _prepared.Set(
            (record.RunId, runAttempt),
            await FindPreparedAsync(record, runAttempt, cancellationToken) ?? throw MissingPrepared(record, runAttempt),
            new MemoryCacheEntryOptions { SlidingExpiration = CacheLifetime });

    /// <summary>
    /// What to do about the record of what an attempt executes: no other record has the inputs of the latest attempt; without that of an earlier one
    /// a resume and a restart are possible.
    /// </summary>
    private static string PreparedRemedy(RunRecord record, int runAttempt)
    {
        if (runAttempt < record.Attempt)
        {
            return $"Results of attempt {runAttempt} that no later attempt reused are not reused.";
        }

        var start = record.File is { } file
            ? $"'orchestrator run {(file.Contains(' ') ? $"\"{file}\"" : file)}'"
            : $"A start of workflow '{record.Workflow}'";
        return $"Put it back from a copy; else run '{record.RunId}' cannot be resumed, forked or restarted. {start} with its inputs "
            + $"begins anew; 'orchestrator runs delete {record.RunId}{(record.HasEnded ? "" : " --force")}' deletes this run.";
    }

    private static string? PreparedName(RunRecord record, int runAttempt) =>
        runAttempt == 1 ? FirstAttempt : record.Resumed.ElementAtOrDefault(runAttempt - 2);

    private PreparedRun? Cached(RunIdentity run, int runAttempt) =>
        _prepared.Get<PreparedRun>((run.RunId, runAttempt)) is { } cached && cached.Identity == run ? cached : null;

    private async Task PutIndexAsync(RunRecord record, CancellationToken cancellationToken) =>
        await store.PutAsync(RunKeys.Index(record), JsonContent.Bytes(RunIndexEntry.Of(record)), cancellationToken);

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
