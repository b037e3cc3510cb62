using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Cli.Hosting;

/// <summary>Finds runs in the storage without a host.</summary>
internal static class KeptRuns
{
    /// <exception cref="UsageException">There is no such folder.</exception>
    /// <exception cref="RunNotFoundException">There is no such run in it.</exception>
    public static async Task<RunRecord> FindAsync(StateStorage where, string runId, CancellationToken cancellationToken)
    {
        var record = NameRules.RunId.IsMatch(runId) ? await new RunStore(where.OpenExistingContent()).FindAnyAsync(runId, cancellationToken) : null;
        return record is { Deleting: false } ? record : throw new RunNotFoundException(runId, isBeingDeleted: record is not null);
    }

    /// <summary>Whether a deletion of the run was cut off and can be finished.</summary>
    /// <param name="force">Whether any part that is left counts, not only a record that is marked as being deleted.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static async Task<bool> IsHalfDeletedAsync(StateStorage where, string runId, bool force, CancellationToken cancellationToken)
    {
        if (!NameRules.RunId.IsMatch(runId))
        {
            return false;
        }

        var content = where.OpenExistingContent();
        return await new RunStore(content).FindAnyAsync(runId, cancellationToken) is not null
            || (force && await content.ListAsync(ContentPrefix.Under(StoreFolders.Runs, runId), cancellationToken).AnyAsync(cancellationToken));
    }
}
