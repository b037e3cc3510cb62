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
    public static async Task<RunRecord> FindAsync(StateStorage where, string runId, CancellationToken cancellationToken) =>
        (NameRules.RunId.IsMatch(runId) ? await new RunStore(where.OpenExistingContent()).FindAsync(runId, cancellationToken) : null)
        ?? throw new RunNotFoundException(runId);

    /// <summary>Whether anything of a run is kept, a record or not: a deletion may have been cut off.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static async Task<bool> HasPartsAsync(StateStorage where, string runId, CancellationToken cancellationToken) =>
        NameRules.RunId.IsMatch(runId)
        && await where.OpenExistingContent().ListAsync(ContentPrefix.Under(StoreFolders.Runs, runId), cancellationToken).AnyAsync(cancellationToken);
}
