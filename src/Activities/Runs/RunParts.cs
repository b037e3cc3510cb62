using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// What is kept of a run beside its record. A process that worked on a deleted run may write late, when another run has the id: so a part counts only for
/// the run whose stamp it has, to all others it is not there, and it is written over.
/// </summary>
internal static class RunParts
{
    /// <summary>The part of exactly this run; null when it has none.</summary>
    public static async Task<T?> FindPartAsync<T>(this IContentStore store, RunIdentity run, ContentKey key, CancellationToken cancellationToken)
        where T : class, IRunPart =>
        await store.ReadAsync<T>(key, cancellationToken) is var (part, _) && part.Stamp == run.Stamp ? part : null;

    /// <summary>Writes the part unless exactly this run has it. Returns the one that counts: of several writers, the first one's.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task<T> CreatePartAsync<T>(this IContentStore store, RunIdentity run, ContentKey key, T part, CancellationToken cancellationToken)
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

            // The part first, then the run: as long as this run exists, the part is not one of a later run.
            await store.CheckThereAsync(run, cancellationToken);
            if (await store.ReplaceAsync(key, JsonContent.Bytes(part), etag, cancellationToken) is not null)
            {
                return part;
            }
        }

        return part;
    }

    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public static async Task CheckThereAsync(this IContentStore store, RunIdentity run, CancellationToken cancellationToken)
    {
        if ((await store.LookAsync(run, cancellationToken)).IsGone)
        {
            throw new RunGoneException(run);
        }
    }

    /// <summary>Whether exactly this run was deleted or has ended.</summary>
    public static async Task<RunPresence> LookAsync(this IContentStore store, RunIdentity run, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunRecord>(RunKeys.Record(run.RunId), cancellationToken) is ({ Deleting: false } record, _) && record.Identity == run
                ? new RunPresence(IsGone: false, record.HasEnded ? record.Attempt : record.Attempt - 1)
                : new RunPresence(IsGone: true, int.MaxValue);
        }
        catch (UnreadableRecordException)
        {
            // A damaged record does not end the steps: they have records of their own.
            return new RunPresence(IsGone: false, 0);
        }
    }
}

/// <summary>Whether a run was deleted or has ended.</summary>
/// <param name="IsGone">It was deleted.</param>
/// <param name="Ended">The last of its attempts that has ended, for instance since its orchestration was terminated; 0 for none.</param>
internal readonly record struct RunPresence(bool IsGone, int Ended);

/// <summary>A record that belongs to one run and counts for no other of the same id.</summary>
internal interface IRunPart : IStoredRecord
{
    /// <summary><see cref="RunIdentity.Stamp"/> of its run.</summary>
    public string? Stamp { get; }
}
