using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>Reads and writes checkpoints, the records of steps' attempts, in the logs of runs. Nothing else writes them. Thread-safe.</summary>
public sealed class CheckpointStore(IContentStore store, RunLogStore logs)
{
    /// <summary>How many checkpoints with large values are read at the same time.</summary>
    private const int Readers = 16;

    /// <summary>The checkpoint of one attempt; null when the attempt is not over.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<StepCheckpoint?> FindAsync(
        RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken) =>
        await FindLoggedAsync(run, new AttemptKey(runAttempt, stepPath, attempt), cancellationToken) is { } logged
            ? await logs.LoadAsync(run, logged, cancellationToken)
            : null;

    /// <summary>The checkpoint of an attempt that this process is about to execute under its claim; null when it is to be executed.</summary>
    /// <param name="logFrom"><see cref="PreparedRun.LogFrom"/> of the attempt of the run.</param>
    /// <exception cref="UnreadableRecordException">
    /// It cannot be read; or a line of the log that may be of this attempt of the run cannot: the attempt must not be paid for twice.
    /// </exception>
    internal async Task<StepCheckpoint?> FindToExecuteAsync(ExecuteStepInput call, long logFrom, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var log = await logs.ExecutingAsync(call.Run, call.RunAttempt, cancellationToken);
        return log.Find(new AttemptKey(call.RunAttempt, call.StepId, call.Attempt)) is { } logged
            ? await logs.LoadAsync(call.Run, logged, cancellationToken)
            : log.FlawFrom(logFrom) is { } flaw ? throw RunLogStore.Damaged(call.RunId, flaw) : null;
    }

    /// <summary>Writes the checkpoint unless the attempt has one. Returns the stored one: of two executions of an attempt, the first one's.</summary>
    /// <param name="ended">The name of the event that the checkpoint is; null: it is none, as a checkpoint that a fork copied.</param>
    /// <exception cref="RunGoneException">The run was deleted: nothing was written.</exception>
    public async Task<StepCheckpoint> CreateAsync(RunIdentity run, string? ended, StepCheckpoint checkpoint, CancellationToken cancellationToken) =>
        (await AddAsync(run, [], ended, checkpoint, NewWriter(), texts: 0, cancellationToken)).Stored!;

    /// <summary>A name for the writer of <see cref="AddAsync"/>.</summary>
    internal string NewWriter() => logs.NewWriter();

    /// <summary>Takes an attempt for an execution with the start of its work, where processes share the log.</summary>
    /// <param name="logFrom"><see cref="PreparedRun.LogFrom"/> of the attempt of the run.</param>
    /// <param name="before">Events that are appended before the start.</param>
    /// <param name="writer">The name of the execution, from <see cref="NewWriter"/>.</param>
    /// <param name="after">The execution from which it takes the attempt over, since its process is gone; null for none.</param>
    /// <returns>How many executions of the attempt began before; null when another one has the attempt, or it has its checkpoint.</returns>
    /// <exception cref="UnreadableRecordException">
    /// The log cannot be read; or a line that may be of this attempt of the run cannot: the attempt must not be paid for twice.
    /// </exception>
    internal async Task<int?> BeginAsync(
        RunIdentity run, long logFrom, IReadOnlyList<RunEvent> before, RunEvent started, string writer, string? after,
        CancellationToken cancellationToken)
    {
        await logs.IndexAsync(run, isCurrent: false, cancellationToken);
        var end = await logs.AppendAsync(
            run, [.. before.Select(item => LogLine.Of(run, item)), LogLine.OfStart(run, started, writer, after)], flush: true, cancellationToken);
        var log = await logs.ReadToAsync(run, end, cancellationToken);
        if (log.FlawFrom(logFrom) is { } flaw)
        {
            throw RunLogStore.Damaged(run.RunId, flaw);
        }

        var key = new AttemptKey(started.RunAttempt, started.StepPath!, started.Attempt!.Value);
        return log.HolderOf(key) == writer ? log.Begun(key) - 1 : null;
    }

    /// <summary>As <see cref="CreateAsync"/>, after events that are appended with it; also returns whether this writer wrote it.</summary>
    /// <param name="writer">
    /// From <see cref="NewWriter"/>. A caller that repeats the call after a failure gives the same one: the record may have been written.
    /// </param>
    /// <param name="texts">How many pieces of streamed text the execution had.</param>
    /// <param name="after">As for <see cref="BeginAsync"/>.</param>
    /// <param name="isThere">Whether the caller knows that the run was not deleted.</param>
    /// <returns>No checkpoint when this one is of an end without work, and another execution has begun to work.</returns>
    internal async Task<(StepCheckpoint? Stored, bool IsNew)> AddAsync(
        RunIdentity run, IReadOnlyList<RunEvent> before, string? ended, StepCheckpoint checkpoint, string writer, int texts,
        CancellationToken cancellationToken, string? after = null, bool isThere = false)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint = checkpoint.Stamp == run.Stamp ? checkpoint : checkpoint with { Stamp = run.Stamp };
        await (isThere ? Task.CompletedTask : store.CheckThereAsync(run, cancellationToken));
        var index = await logs.IndexAsync(run, isCurrent: false, cancellationToken);
        var key = AttemptKey.Of(checkpoint);
        if (index.Find(key) is { } present)
        {
            return (await logs.LoadAsync(run, present, cancellationToken), present.Writer == writer);
        }

        var lines = new LogLine[before.Count + 1];
        for (var line = 0; line < before.Count; line++)
        {
            lines[line] = LogLine.Of(run, before[line]);
        }

        lines[^1] = LogLine.Of(run, ended, checkpoint, writer, texts, checkpoint.WithoutWork ? after : null);
        var end = await logs.AppendAsync(run, lines, flush: true, cancellationToken);

        // Another process may have appended a checkpoint of the attempt before this one.
        index = await logs.ReadToAsync(run, end, cancellationToken);
        return index.Find(key) is { } first && first.Writer != writer ? (await logs.LoadAsync(run, first, cancellationToken), false)
            : index.HolderOf(key) is not null ? (null, false)
            : (checkpoint, true);
    }

    /// <summary>
    /// The checkpoint with a step's output, from wherever it comes: given by hand, reused from an earlier attempt of the run, or made in this
    /// attempt. Null when the step has no output. Large members other than the output may be missing.
    /// </summary>
    /// <exception cref="UnreadableRecordException">A reused checkpoint is missing, or the checkpoint cannot be read.</exception>
    public async Task<StepCheckpoint?> FindResultAsync(PreparedRun run, int step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var prepared = run.Steps[step];
        if (run.Given?.TryGetValue(prepared.Id, out var given) == true)
        {
            return StepCheckpoint.Of(run, prepared, given);
        }

        return run.Reused?.TryGetValue(prepared.Id, out var place) == true
            ? await FindOutputAsync(run.Identity, new AttemptKey(place.RunAttempt, prepared.Id, place.Attempt), cancellationToken)
                ?? throw UnreadableRecordException.MissingIn(
                    RunKeys.Log(run.RunId),
                    $"The record of step '{prepared.Id}', which attempt {run.RunAttempt} of the run reuses,",
                    "Put it back, or restart the run.")
            : await FindCompletedAsync(run.Identity, prepared.Id, run.RunAttempt, cancellationToken);
    }

    /// <summary>The checkpoints of all attempts of a step in one attempt of the run, in order.</summary>
    public async IAsyncEnumerable<StepCheckpoint> ListAsync(
        RunIdentity run, string stepPath, int runAttempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var logged in Attempts(await logs.AttemptsOfAsync(run, runAttempt, cancellationToken), stepPath, runAttempt))
        {
            yield return await logs.LoadAsync(run, logged, cancellationToken);
        }
    }

    /// <summary>
    /// The checkpoints of all attempts of a step in one attempt of the run, in order, without inputs, output and transformed output.
    /// </summary>
    /// <param name="log">What the log has, from <see cref="ReadAsync"/>.</param>
    internal static IEnumerable<StepCheckpoint> Heads(RunLogIndex log, string stepPath, int runAttempt) =>
        Attempts(log, stepPath, runAttempt).Select(logged => logged.Head);

    /// <summary>What the run's log has.</summary>
    /// <param name="isCurrent">Whether to look at what other processes have appended.</param>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal ValueTask<RunLogIndex> ReadAsync(RunIdentity run, bool isCurrent, CancellationToken cancellationToken) =>
        logs.IndexAsync(run, isCurrent, cancellationToken);

    /// <summary>The completed attempts whose output is beside the log and cannot be read, each with the reason as a sentence.</summary>
    internal async Task<IReadOnlyDictionary<AttemptKey, string>> FindLostAsync(RunIdentity run, RunLogIndex log, CancellationToken cancellationToken)
    {
        var lost = new ConcurrentDictionary<AttemptKey, string>();
        var reading = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(log.WithOutputBeside(), reading, async (attempt, token) =>
        {
            try
            {
                await logs.LoadOutputAsync(run, attempt, token);
            }
            catch (UnreadableRecordException problem) when (problem.IsLost || problem.IsMissing)
            {
                lost[AttemptKey.Of(attempt.Head)] = problem.Message;
            }
        });
        return lost;
    }

    /// <summary>The checkpoint of the latest attempt of a step; null when no attempt has ended.</summary>
    public async Task<StepCheckpoint?> FindLastAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken) =>
        Attempts(await logs.AttemptsOfAsync(run, runAttempt, cancellationToken), stepPath, runAttempt).LastOrDefault() is { } last
            ? await logs.LoadAsync(run, last, cancellationToken)
            : null;

    /// <summary>
    /// The checkpoint of the last completed turn of a repeated step at or before <paramref name="attempt"/>; null when there is none. Large members
    /// other than the output may be missing.
    /// </summary>
    public async Task<StepCheckpoint?> FindTurnAsync(
        RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken)
    {
        for (; attempt > 0; attempt--)
        {
            if (await FindLoggedAsync(run, new AttemptKey(runAttempt, stepPath, attempt), cancellationToken) is
                { Head.Status: StepStatus.Completed } turn)
            {
                return await logs.LoadOutputAsync(run, turn, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>
    /// The checkpoint of the attempt that completed a step; null when none did. A failed attempt is recorded before the next one starts, so the
    /// attempts are read in order until one is missing.
    /// </summary>
    internal async Task<StepCheckpoint?> FindCompletedAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await FindLoggedAsync(run, new AttemptKey(runAttempt, stepPath, attempt), cancellationToken) is not { } logged)
            {
                return null;
            }

            if (logged.Head is { Status: StepStatus.Completed, Again: false })
            {
                return await logs.LoadOutputAsync(run, logged, cancellationToken);
            }
        }
    }

    private async Task<StepCheckpoint?> FindOutputAsync(RunIdentity run, AttemptKey key, CancellationToken cancellationToken) =>
        await FindLoggedAsync(run, key, cancellationToken) is { } logged ? await logs.LoadOutputAsync(run, logged, cancellationToken) : null;

    private static IEnumerable<LoggedAttempt> Attempts(RunLogIndex log, string stepPath, int runAttempt)
    {
        for (var attempt = 1; log.Find(new AttemptKey(runAttempt, stepPath, attempt)) is { } logged; attempt++)
        {
            yield return logged;
        }
    }

    /// <summary>The checkpoint of an attempt, from memory, or after a look at what other processes have appended.</summary>
    private async ValueTask<LoggedAttempt?> FindLoggedAsync(RunIdentity run, AttemptKey key, CancellationToken cancellationToken)
    {
        var known = await logs.IndexAsync(run, isCurrent: false, cancellationToken);
        return known.Find(key) ?? (await logs.AttemptsOfAsync(run, key.RunAttempt, cancellationToken)).Find(key);
    }
}
