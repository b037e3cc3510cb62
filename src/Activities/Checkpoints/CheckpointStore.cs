using System.Runtime.CompilerServices;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>
/// Reads and writes checkpoints, the records of steps' attempts, under <c>runs/RUN/steps/STEP/</c> of a content store. Nothing else writes them.
/// Checkpoints of another run that had the id are not seen. Thread-safe.
/// </summary>
/// <remarks>
/// Attempts of a run and of a step are numbered from 1, those of a step without gaps; the number of the run's attempt is 0 for a checkpoint that a
/// fork copied. Every method that reads throws an <see cref="UnreadableRecordException"/> for a checkpoint that cannot be read, and every method a
/// <see cref="ContentStoreException"/> when the store is not available.
/// </remarks>
public sealed class CheckpointStore(IContentStore store)
{
    /// <summary>The checkpoint of one attempt; null when the attempt is not over.</summary>
    public async Task<StepCheckpoint?> FindAsync(
        RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken) =>
        await store.FindPartAsync<StepCheckpoint>(run, RunKeys.Checkpoint(run.RunId, stepPath, runAttempt, attempt), cancellationToken);

    /// <summary>The keys of all checkpoints of the run, including those that cannot be read.</summary>
    internal IAsyncEnumerable<ContentKey> KeysAsync(string runId, CancellationToken cancellationToken) =>
        store.ListAsync(RunKeys.Checkpoints(runId), cancellationToken).Where(RunKeys.IsStamped);

    /// <summary>The checkpoint under one of <see cref="KeysAsync"/>; null when it was deleted or belongs to another run of the id.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    internal Task<StepCheckpoint?> FindAsync(RunIdentity run, ContentKey key, CancellationToken cancellationToken) =>
        store.FindPartAsync<StepCheckpoint>(run, key, cancellationToken);

    /// <summary>Writes the checkpoint unless the attempt has one. Returns the stored one: of two executions of an attempt, the first one's.</summary>
    /// <exception cref="RunGoneException">The run was deleted: nothing was written.</exception>
    public async Task<StepCheckpoint> CreateAsync(RunIdentity run, StepCheckpoint checkpoint, CancellationToken cancellationToken) =>
        (await AddAsync(run, checkpoint, cancellationToken)).Stored;

    /// <summary>As <see cref="CreateAsync"/>; also returns whether this call wrote it.</summary>
    internal async Task<(StepCheckpoint Stored, bool IsNew)> AddAsync(RunIdentity run, StepCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var part = checkpoint with { Stamp = run.Stamp };
        var stored = await store.CreatePartAsync(
            run, RunKeys.Checkpoint(run.RunId, part.StepPath, part.RunAttempt, part.Attempt), part, cancellationToken);
        return (stored, ReferenceEquals(stored, part));
    }

    /// <summary>
    /// The checkpoint with a step's output, from wherever it comes: given by hand, reused from an earlier attempt of the run, or made in this
    /// attempt. Null when the step has no output.
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
            ? await FindAsync(run.Identity, prepared.Id, place.RunAttempt, place.Attempt, cancellationToken)
                ?? throw UnreadableRecordException.Missing(
                    RunKeys.Checkpoint(run.RunId, prepared.Id, place.RunAttempt, place.Attempt),
                    $"The record of step '{prepared.Id}', which attempt {run.RunAttempt} of the run reuses,",
                    "Put it back, or restart the run.")
            : await FindCompletedAsync(run.Identity, prepared.Id, run.RunAttempt, cancellationToken);
    }

    /// <summary>The checkpoints of all attempts of a step in one attempt of the run, in order: one read each, until one is missing.</summary>
    public async IAsyncEnumerable<StepCheckpoint> ListAsync(
        RunIdentity run, string stepPath, int runAttempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; await FindAsync(run, stepPath, runAttempt, attempt, cancellationToken) is { } checkpoint; attempt++)
        {
            yield return checkpoint;
        }
    }

    /// <summary>The checkpoint of the latest attempt of a step; null when no attempt has ended.</summary>
    public async Task<StepCheckpoint?> FindLastAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken)
    {
        StepCheckpoint? last = null;
        await foreach (var checkpoint in ListAsync(run, stepPath, runAttempt, cancellationToken))
        {
            last = checkpoint;
        }

        return last;
    }

    /// <summary>
    /// The checkpoint of the last completed turn of a repeated step at or before <paramref name="attempt"/>; null when there is none.
    /// </summary>
    public async Task<StepCheckpoint?> FindTurnAsync(
        RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken)
    {
        StepCheckpoint? checkpoint = null;
        for (; attempt > 0 && checkpoint is not { Status: StepStatus.Completed }; attempt--)
        {
            checkpoint = await FindAsync(run, stepPath, runAttempt, attempt, cancellationToken);
        }

        return checkpoint is { Status: StepStatus.Completed } ? checkpoint : null;
    }

    /// <summary>
    /// The checkpoint of the attempt that completed a step; null when none did. A failed attempt is recorded before the next one starts, so the
    /// attempts are read in order until one is missing.
    /// </summary>
    internal async Task<StepCheckpoint?> FindCompletedAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var checkpoint = await FindAsync(run, stepPath, runAttempt, attempt, cancellationToken);
            if (checkpoint is null or { Status: StepStatus.Completed, Again: false })
            {
                return checkpoint;
            }
        }
    }
}
