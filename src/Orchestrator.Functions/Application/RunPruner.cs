using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Functions.Application;

/// <summary>Deletes runs that ended long ago with their histories, and everything else that need not be kept. Thread-safe.</summary>
public sealed class RunPruner(ContentPruner content, RunControls controls, RunStore runs)
{
    /// <summary>Prunes the store and the histories.</summary>
    /// <param name="before">Runs that ended before then; null: none, only what belongs to no run.</param>
    /// <returns>What was deleted: only runs that had not changed meanwhile.</returns>
    public async Task<PruneReport> PruneAsync(DurableTaskClient client, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var report = await content.PruneAsync(before, dryRun: false, cancellationToken);
        var deleted = new List<RunRecord>();
        foreach (var run in report.Runs)
        {
            if (before is { } moment && await TryAsync(controls.DeleteAsync(client, run.RunId, moment, cancellationToken)))
            {
                deleted.Add(run);
            }
        }

        var leftovers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var runId in report.Leftovers.Concat(await StrayAsync(client, cancellationToken)))
        {
            if (!leftovers.Contains(runId) && await TryAsync(controls.FinishDeletionAsync(client, runId, cancellationToken)))
            {
                leftovers.Add(runId);
            }
        }

        return report with { Runs = deleted, Leftovers = [.. leftovers] };
    }

    /// <summary>False when the run was resumed, started or deleted meanwhile.</summary>
    private static async Task<bool> TryAsync(Task deletion)
    {
        try
        {
            await deletion;
            return true;
        }
        catch (Exception exception) when (exception is RunNotFoundException or RunGoneException or RunStateException or UnreadableRecordException)
        {
            return false;
        }
    }

    /// <summary>The runs that have a history and no record: the record is the first of a run to be written, and the last to be deleted.</summary>
    private async Task<List<string>> StrayAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var stray = new List<string>();
        await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery()).WithCancellation(cancellationToken))
        {
            var runId = instance.InstanceId.Split('.')[0];
            if (instance.Name == FunctionNames.WorkflowRun && NameRules.RunId.IsMatch(runId) && await IsUnknownAsync(runId, cancellationToken))
            {
                stray.Add(runId);
            }
        }

        return stray;
    }

    private async Task<bool> IsUnknownAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAnyAsync(runId, cancellationToken) is null;
        }
        catch (UnreadableRecordException)
        {
            return false;
        }
    }
}
