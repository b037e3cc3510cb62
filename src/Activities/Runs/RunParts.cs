using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// What belongs to a run besides <see cref="RunRecord"/>. A process that works on a deleted run may write after another run has got the id. So everything
/// that is written for a run has its stamp, and other runs do not see it.
/// </summary>
internal static class RunParts
{
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
        await (end == lines.Length ? store.CheckNewAsync(run, log, cancellationToken) : Task.CompletedTask);
        return end;
    }

    /// <summary>Checks that the run of a log that was just created was not deleted before; otherwise the log is deleted again.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task CheckNewAsync(this IContentStore store, RunIdentity run, ContentKey log, CancellationToken cancellationToken)
    {
        if ((await store.LookAsync(run, cancellationToken)).IsGone)
        {
            await store.DeleteLateAsync(run.RunId, log, cancellationToken);
            throw new RunGoneException(run);
        }
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
            // A record that is not read in this way is damaged, or of another version.
            return await store.GetReadableAsync(RunKeys.Record(run.RunId), cancellationToken) is { } record
                ? RunPresenceReader.Read(record.Bytes.Span, run) ?? default
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
