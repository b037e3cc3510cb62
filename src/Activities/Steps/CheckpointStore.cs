using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Steps;

/// <summary>The records of steps' attempts in a content store. Thread-safe.</summary>
public sealed class CheckpointStore(IContentStore store)
{
    /// <summary>The record of one attempt; null when the attempt is not over.</summary>
    public async Task<StepCheckpoint?> FindAsync(string runId, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken) =>
        (await store.ReadAsync<StepCheckpoint>(RunKeys.Checkpoint(runId, stepPath, runAttempt, attempt), cancellationToken))?.Value;

    /// <summary>Writes the record unless the attempt has one. Returns the one that counts: of two executions of one attempt, the first's.</summary>
    public async Task<StepCheckpoint> CreateAsync(StepCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var key = RunKeys.Checkpoint(checkpoint.RunId, checkpoint.StepPath, checkpoint.RunAttempt, checkpoint.Attempt);
        return await store.CreateAsync(key, JsonContent.Bytes(checkpoint), cancellationToken) is not null
            ? checkpoint
            : (await store.ReadAsync<StepCheckpoint>(key, cancellationToken))!.Value.Value;
    }

    /// <summary>The record of the last completed turn of a repeated step, looked for from <paramref name="attempt"/> backwards; null when there is none.</summary>
    public async Task<StepCheckpoint?> FindTurnAsync(string runId, string stepPath, int runAttempt, int attempt, CancellationToken cancellationToken)
    {
        StepCheckpoint? checkpoint = null;
        for (; attempt > 0 && checkpoint is not { Status: StepStatus.Completed }; attempt--)
        {
            checkpoint = await FindAsync(runId, stepPath, runAttempt, attempt, cancellationToken);
        }

        return checkpoint is { Status: StepStatus.Completed } ? checkpoint : null;
    }

    /// <summary>
    /// The record of the attempt that completed a step; null when none did. A failed attempt is recorded before the next one starts,
    /// so the attempts are looked at one after the other.
    /// </summary>
    public async Task<StepCheckpoint?> FindCompletedAsync(string runId, string stepPath, int runAttempt, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var checkpoint = await FindAsync(runId, stepPath, runAttempt, attempt, cancellationToken);
            if (checkpoint is null or { Status: StepStatus.Completed, Again: false })
            {
                return checkpoint;
            }
        }
    }
}
