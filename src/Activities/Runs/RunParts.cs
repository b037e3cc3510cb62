using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// The records of a run besides <see cref="RunRecord"/>. A process that works on a deleted run may write after another run has got the id. So a part
/// belongs only to the run whose stamp it has; other runs do not see it and overwrite it.
/// </summary>
internal static class RunParts
{
    /// <summary>The part of this run; null when it has none. A part with another stamp belongs to another run of the id.</summary>
    public static async Task<T?> FindPartAsync<T>(this IContentStore store, RunIdentity run, ContentKey key, CancellationToken cancellationToken)
        where T : class, IRunPart =>
        await store.ReadAsync<T>(key, cancellationToken) is var (part, _) && part.Stamp == run.Stamp ? part : null;

    /// <summary>Writes the part unless this run has it. Returns the part that is stored: of several writers, the first one's.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task<T> CreatePartAsync<T>(
        this IContentStore store, RunIdentity run, ContentKey key, T part, CancellationToken cancellationToken)
        where T : class, IRunPart
    {
        await store.CheckThereAsync(run, cancellationToken);
        while (await store.CreateAsync(key, JsonContent.Bytes(part), cancellationToken) is null)
        {
            if (await store.ReadAsync<T>(key, cancellationToken) is not var (present, etag))
            {
                continue;
            }

            if (present.Stamp == run.Stamp)
            {
                return present;
            }

            // Read the part first, then check the run: while this run exists, the part cannot be one of a later run.
            await store.CheckThereAsync(run, cancellationToken);
            if (await store.ReplaceAsync(key, JsonContent.Bytes(part), etag, cancellationToken) is not null)
            {
                return part;
            }
        }

        return part;
    }

    /// <summary>
    /// Appends to a log of the run. An append may come after the run was deleted, above all one that is repeated because its answer was lost. Then it
    /// makes the log anew, so a log that begins with these lines is deleted again when its run is gone.
    /// </summary>
    /// <returns>Where the log ends after the lines, in bytes.</returns>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task<long> AppendPartAsync(
        this IContentStore store, RunIdentity run, ContentKey log, ReadOnlyMemory<byte> lines, bool flush, CancellationToken cancellationToken)
    {
        var end = await store.AppendAsync(log, lines, flush, cancellationToken);
        if (end == lines.Length && (await store.LookAsync(run, cancellationToken)).IsGone)
        {
            await store.DeleteLateAsync(run.RunId, log, cancellationToken);
            throw new RunGoneException(run);
        }

        return end;
    }

    /// <summary>
    /// Deletes a part that was written after its run was deleted. While there is a record, the deletion that is under way finds the part, or another
    /// run has the id and ignores it.
    /// </summary>
    private static async Task DeleteLateAsync(this IContentStore store, string runId, ContentKey part, CancellationToken cancellationToken)
    {
        // Reserves the id, so that the part does not become one of a new run meanwhile. If the process ends here, pruning goes on with the deletion.
        var key = RunKeys.Record(runId);
        var mark = new RunRecord { RunId = runId, Workflow = "", DefinitionHash = "", CreatedAt = DateTimeOffset.UnixEpoch, Deleting = true };
        if (await store.CreateAsync(key, JsonContent.Bytes(mark), cancellationToken) is { } etag)
        {
            await store.DeleteAsync(part, cancellationToken);
            await store.DeleteAsync(key, etag, cancellationToken);
        }
    }

    /// <summary>
    /// Deletes the parts that a late writer of an earlier run of the id left behind. They have another stamp and would be ignored; parts without a
    /// stamp are overwritten.
    /// </summary>
    public static async Task ClearAsync(this IContentStore store, RunIdentity run, CancellationToken cancellationToken)
    {
        await foreach (var key in store.ListAsync(RunKeys.Run(run.RunId), cancellationToken))
        {
            if (RunKeys.IsStamped(key) && await store.GetAsync(key, cancellationToken) is { } part && !JsonContent.HasStamp(part, run.Stamp))
            {
                await store.DeleteAsync(key, part.ETag, cancellationToken);
            }
        }
    }

    /// <summary>Checks that the run was not deleted.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task CheckThereAsync(this IContentStore store, RunIdentity run, CancellationToken cancellationToken)
    {
        if ((await store.LookAsync(run, cancellationToken)).IsGone)
        {
            throw new RunGoneException(run);
        }
    }

    /// <summary>Whether this run was deleted, and which of its attempts have ended.</summary>
    public static async Task<RunPresence> LookAsync(this IContentStore store, RunIdentity run, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunRecord>(RunKeys.Record(run.RunId), cancellationToken) is ({ Deleting: false } record, _)
                && record.Identity == run
                ? new RunPresence(IsGone: false, record.HasEnded ? record.Attempt : record.Attempt - 1)
                : new RunPresence(IsGone: true, int.MaxValue);
        }
        catch (UnreadableRecordException)
        {
            // Steps go on when the run's record is damaged: their results have checkpoints.
            return new RunPresence(IsGone: false, 0);
        }
    }
}

/// <summary>Whether a run was deleted, and which of its attempts have ended.</summary>
/// <param name="IsGone">The run was deleted.</param>
/// <param name="Ended">The number of the last attempt that has ended, for instance because its orchestration was terminated; 0 for none.</param>
internal readonly record struct RunPresence(bool IsGone, int Ended);

/// <summary>The run was deleted, and a new run may have its id: nothing must be written for it.</summary>
public sealed class RunGoneException(RunIdentity run) : Exception($"Run '{run.RunId}' was deleted while it was worked on.")
{
    /// <summary>The run that was deleted.</summary>
    public RunIdentity Run { get; } = run;
}
