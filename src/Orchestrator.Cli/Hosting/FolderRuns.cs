using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Commands;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Cli.Hosting;

/// <summary>Finds runs in a state folder without a host.</summary>
internal static class FolderRuns
{
    /// <exception cref="UsageException">There is no such folder.</exception>
    /// <exception cref="RunNotFoundException">There is no such run in it.</exception>
    public static async Task<RunRecord> FindAsync(string folder, string runId, CancellationToken cancellationToken) =>
        (NameRules.RunId.IsMatch(runId) ? await new RunStore(RunsCommand.Open(folder)).FindAsync(runId, cancellationToken) : null)
        ?? throw new RunNotFoundException(runId);
}
