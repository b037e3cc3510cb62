using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Caching.Memory;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <content>What each attempt executes, and its outputs.</content>
public sealed partial class RunStore
{
    private const string FirstAttempt = "1";

    /// <summary>How many characters of its hash are the name of a prepared run: enough to distinguish those of one run.</summary>
    private const int NameLength = 16;

    /// <summary>A prepared run that is not read for this time leaves the cache: the run may end in another process.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Cached, since every step of a run reads the same prepared run, which never changes.</summary>
    private readonly MemoryCache _prepared = new(new MemoryCacheOptions());

    /// <summary>The line for what a later attempt is to execute. It takes effect when the run's record names it.</summary>
    /// <returns>The name for <see cref="RunRecord.Resumed"/>, which depends on the content only, and the line.</returns>
    internal static (string Name, LogLine Line) Resumed(PreparedRun prepared)
    {
        var content = JsonContent.Bytes(prepared);
        var name = $"{prepared.RunAttempt}-{Convert.ToHexStringLower(SHA256.HashData(content))[..NameLength]}";
        return (name, LogLine.Of(prepared.Identity, PreparedPart(name), prepared.RunAttempt, content));
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
        return Cached(record.Identity, runAttempt)
            ?? (PreparedName(record, runAttempt) is { } name
                ? await FindPreparedAsync(
                    record, runAttempt, await logs.PartsAsync(record.Identity, PreparedPart(name), cancellationToken), cancellationToken)
                : null);
    }

    /// <summary>The same, from the parts that the run's log has.</summary>
    internal async Task<PreparedRun?> FindPreparedAsync(
        RunRecord record, int runAttempt, LoggedParts parts, CancellationToken cancellationToken)
    {
        var what = $"What attempt {runAttempt} of run '{record.RunId}' executes";
        if (Cached(record.Identity, runAttempt) is { } cached)
        {
            return cached;
        }

        if (PreparedName(record, runAttempt) is not { } name)
        {
            return null;
        }

        try
        {
            if (parts.Find(PreparedPart(name)) is not { } part)
            {
                return parts.Flaw is { } flaw ? throw RunLogStore.Damaged(record.RunId, flaw) : null;
            }

            var (key, json) = await logs.LoadAsync(record.Identity, part, what, PreparedRemedy(record, runAttempt), cancellationToken);
            return JsonContent.Read<PreparedRun>(key, json);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With($"{what} has no other record. {PreparedRemedy(record, runAttempt)}");
        }
    }

    /// <summary>What an attempt of a run executes is missing; the message says what can be done.</summary>
    public static UnreadableRecordException MissingPrepared(RunRecord record, int runAttempt)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UnreadableRecordException.MissingIn(
            RunKeys.Log(record.RunId),
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

    /// <summary>The line for the outputs of an attempt. Of several, which are the same, the first counts.</summary>
    internal static LogLine Outputs(RunIdentity run, int runAttempt, JsonObject outputs) =>
        LogLine.Of(run, OutputsPart(runAttempt), runAttempt, JsonContent.Bytes(outputs));

    /// <summary>The outputs of an attempt that has completed.</summary>
    /// <param name="parts">All parts that the run's log has.</param>
    /// <exception cref="UnreadableRecordException">They are missing or cannot be read.</exception>
    internal async Task<JsonObject> GetOutputsAsync(RunIdentity run, int runAttempt, LoggedParts parts, CancellationToken cancellationToken)
    {
        var what = $"What run '{run.RunId}' gave as its outputs";
        var remedy = $"Put it back from a copy; 'orchestrator resume {run.RunId} --fork' makes them again from what the steps have, in a new run.";
        try
        {
            if (parts.Find(OutputsPart(runAttempt)) is not { } part)
            {
                throw parts.Flaw is { } flaw
                    ? RunLogStore.Damaged(run.RunId, flaw)
                    : UnreadableRecordException.MissingIn(RunKeys.Log(run.RunId), what, remedy);
            }

            var (key, json) = await logs.LoadAsync(run, part, what, remedy, cancellationToken);
            return JsonContent.ReadValue<JsonObject>(key, json);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With($"{what} has no other record. {remedy}");
        }
    }

    /// <summary>The highest number of an attempt that the run's log names; 0 when none can be read.</summary>
    internal Task<int> LastLoggedAttemptAsync(string runId, CancellationToken cancellationToken) => logs.LastAttemptAsync(runId, cancellationToken);

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

    private static string PreparedPart(string name) => $"prepared-{name}";

    private static string OutputsPart(int runAttempt) => string.Create(CultureInfo.InvariantCulture, $"outputs-{runAttempt}");

    private static string? PreparedName(RunRecord record, int runAttempt) =>
        runAttempt == 1 ? FirstAttempt : record.Resumed.ElementAtOrDefault(runAttempt - 2);

    private PreparedRun? Cached(RunIdentity run, int runAttempt) =>
        _prepared.Get<PreparedRun>((run.RunId, runAttempt)) is { } cached && cached.Identity == run ? cached : null;
}
