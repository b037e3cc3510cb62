using System.Runtime.CompilerServices;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>The records of steps' attempts in a content store. Thread-safe.</summary>
public sealed class CheckpointStore(IContentStore store)
{
    /// <summary>The record of one attempt; null when the attempt is not over.</summary>
    public async Task<StepCheckpoint?> FindAsync(RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken) =>
        await store.FindPartAsync<StepCheckpoint>(run, RunKeys.Checkpoint(run.RunId, stepPath, runAttempt, attempt), cancellationToken);

    /// <summary>Where the run keeps the records of its steps, those that cannot be read included.</summary>
    internal IAsyncEnumerable<ContentKey> KeysAsync(string runId, CancellationToken cancellationToken) =>
        store.ListAsync(RunKeys.Checkpoints(runId), cancellationToken).Where(RunKeys.IsStamped);

    internal Task<StepCheckpoint?> FindAsync(RunIdentity run, ContentKey key, CancellationToken cancellationToken) =>
        store.FindPartAsync<StepCheckpoint>(run, key, cancellationToken);

    /// <summary>Writes the record unless the attempt has one. Returns the one that counts: of two executions of one attempt, the first's.</summary>
    /// <exception cref="RunGoneException">The run was deleted: nothing was written.</exception>
    public async Task<StepCheckpoint> CreateAsync(RunIdentity run, StepCheckpoint checkpoint, CancellationToken cancellationToken) =>
        (await AddAsync(run, checkpoint, cancellationToken)).Counts;

    /// <summary>As <see cref="CreateAsync"/>; says also whether it is this record that counts.</summary>
    internal async Task<(StepCheckpoint Counts, bool IsNew)> AddAsync(RunIdentity run, StepCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var part = checkpoint with { Stamp = run.Stamp };
        var counts = await store.CreatePartAsync(
            run, RunKeys.Checkpoint(run.RunId, part.StepPath, part.RunAttempt, part.Attempt), part, cancellationToken);
        return (counts, ReferenceEquals(counts, part));
    }

    /// <summary>
    /// The record that holds a step's output, wherever it came from: given by hand, an earlier attempt of the run, or this one. Null when it has none.
    /// </summary>
    /// <exception cref="UnreadableRecordException">It was to be reused and is not there.</exception>
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
                    RunKeys.Checkpoint(run.RunId, prepared.Id, place.RunAttempt, place.Attempt), $"The record of step '{prepared.Id}', which attempt {run.RunAttempt} of the run reuses,",
                    "Put it back, or restart the run.")
            : await FindCompletedAsync(run.Identity, prepared.Id, run.RunAttempt, cancellationToken);
    }

    /// <summary>The records of all attempts of a step in one attempt of the run, in order.</summary>
    public async IAsyncEnumerable<StepCheckpoint> ListAsync(
        RunIdentity run, string stepPath, int runAttempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; await FindAsync(run, stepPath, runAttempt, attempt, cancellationToken) is { } checkpoint; attempt++)
        {
            yield return checkpoint;
        }
    }

    /// <summary>The record of the latest attempt of a step that has ended; null when it made none.</summary>
    public async Task<StepCheckpoint?> FindLastAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken)
    {
        StepCheckpoint? last = null;
        await foreach (var checkpoint in ListAsync(run, stepPath, runAttempt, cancellationToken))
        {
            last = checkpoint;
        }

        return last;
    }

    /// <summary>The record of the last completed turn of a repeated step, looked for from <paramref name="attempt"/> backwards; null when there is none.</summary>
    public async Task<StepCheckpoint?> FindTurnAsync(RunIdentity run, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken)
    {
        StepCheckpoint? checkpoint = null;
        for (; attempt > 0 && checkpoint is not { Status: StepStatus.Completed }; attempt--)
        {
            checkpoint = await FindAsync(run, stepPath, runAttempt, attempt, cancellationToken);
        }

        return checkpoint is { Status: StepStatus.Completed } ? checkpoint : null;
    }

    /// <summary>
    /// The record of the attempt that completed a step; null when none did. A failed attempt is recorded before the next one starts,
    /// so the attempts are looked at one after the other.
    /// </summary>
    public async Task<StepCheckpoint?> FindCompletedAsync(RunIdentity run, string stepPath, int runAttempt, CancellationToken cancellationToken)
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
