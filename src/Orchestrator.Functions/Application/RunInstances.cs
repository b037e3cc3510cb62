using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Application;

/// <summary>The orchestration instances of runs: one for each attempt.</summary>
internal static class RunInstances
{
    /// <summary>Maximum time to wait for the end of a terminated orchestration.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>
    /// Schedules the instance of an attempt. Any process may do so that finds a record without an instance, since the process that wrote the record
    /// may have ended: an instance that is under way is kept, and one that ended meanwhile would only read its checkpoints again.
    /// </summary>
    public static async Task ScheduleAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        var options = new StartOrchestrationOptions(run.InstanceId) { Version = OrchestrationVersion.Current }.WithDedupeStatuses(Open);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(FunctionNames.WorkflowRun, run, options, cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another caller has scheduled it.
        }
    }

    /// <summary>
    /// Deletes the histories of a run that has ended. The last orchestration records the end of the run before it ends itself, and can be purged only
    /// then.
    /// </summary>
    /// <param name="attempts">The number of known attempts.</param>
    /// <param name="force">Whether to purge orchestrations of attempts that no record names, too.</param>
    /// <returns>The orchestration that was terminated and has not ended, because its process does not respond; null when all are purged.</returns>
    public static async Task<string?> PurgeAsync(
        DurableTaskClient client, string runId, int attempts, bool force, TimeProvider time, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(1, attempts).Select(attempt => new RunInput(runId, attempt).InstanceId).ToHashSet(StringComparer.Ordinal);
        if (force)
        {
            var query = new OrchestrationQuery { InstanceIdPrefix = runId };
            await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
            {
                if (instance.InstanceId == runId || instance.InstanceId.StartsWith(runId + ".", StringComparison.Ordinal))
                {
                    ids.Add(instance.InstanceId);
                }
            }
        }

        foreach (var id in ids)
        {
            // The process may have ended after it recorded the run's end and before the orchestration ended. Not every engine refuses to purge an
            // open instance: Azure Storage purges it, and a process that still executes it writes it again.
            if (await IsOpenAsync(client, id, cancellationToken))
            {
                await client.TerminateInstanceAsync(id, cancellation: cancellationToken);
                if (!await EndsAsync(client, id, time, cancellationToken))
                {
                    return id;
                }
            }

            await client.PurgeInstanceAsync(id, cancellationToken);
        }

        return null;
    }

    private static async Task<bool> IsOpenAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetInstanceAsync(id, cancellationToken) is { IsCompleted: false };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The host cannot read the history, so it does not execute it, but it can purge it.
            return false;
        }
    }

    private static async Task<bool> EndsAsync(DurableTaskClient client, string id, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(EndTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await client.WaitForInstanceCompletionAsync(id, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
