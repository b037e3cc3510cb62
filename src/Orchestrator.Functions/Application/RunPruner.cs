using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Functions.Application;

/// <summary>Deletes expired runs with their histories, and contents and histories that belong to no run. Thread-safe.</summary>
public sealed class RunPruner(ContentPruner content, RunDeleter deleter, RunStore runs)
{
    /// <summary>Prunes the store and the histories.</summary>
    /// <param name="before">Runs are deleted that ended before this time; null: no runs, only what belongs to no run.</param>
    /// <returns>What was deleted. Runs that changed meanwhile are kept.</returns>
    public async Task<PruneReport> PruneAsync(DurableTaskClient client, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var report = await content.PruneAsync(before, dryRun: false, cancellationToken);
        var deleted = new List<RunRecord>();
        foreach (var run in report.Runs)
        {
            if (before is { } moment && await TryAsync(deleter.DeleteAsync(client, run.RunId, moment, cancellationToken)))
            {
                deleted.Add(run);
            }
        }

        var leftovers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var runId in report.Leftovers.Concat(await FindStrayAsync(client, cancellationToken)))
        {
            if (!leftovers.Contains(runId) && await TryAsync(deleter.FinishDeletionAsync(client, runId, cancellationToken)))
            {
                leftovers.Add(runId);
            }
        }


        // Also when there was nothing to delete: a deletion may have been cut off before it erased.
        await deleter.EraseAsync(cancellationToken);
        return report with { Runs = deleted, Leftovers = [.. leftovers] };
    }

    /// <summary>Whether the deletion succeeded; false when the run was resumed, started or deleted meanwhile.</summary>
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

    /// <summary>The ids of histories without a record. The record of a run is written first and deleted last, so they belong to no run.</summary>
    private async Task<List<string>> FindStrayAsync(DurableTaskClient client, CancellationToken cancellationToken)
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
