using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Application;

/// <summary>The orchestration instances of runs: one for each attempt.</summary>
internal static class RunInstances
{
    /// <summary>Maximum time that a terminated orchestration has for its end.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>
    /// Schedules the instance of an attempt. Any process that sees a record without an instance may do it too, since the one that wrote it may be gone: an instance that is
    /// under way stays, and one that had ended in between would only read its checkpoints again.
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
            // It is under way.
        }
    }

    /// <summary>
    /// Deletes the histories of a run that has ended. Its last orchestration writes how the run ended before it ends itself, and only then it can be purged.
    /// </summary>
    /// <param name="attempts">The number of known attempts.</param>
    /// <param name="force">Whether to look for orchestrations of attempts that no record names, too.</param>
    /// <returns>The orchestration that was terminated and does not end, since its process does not answer; null when all are deleted.</returns>
    public static async Task<string?> PurgeAsync(
        DurableTaskClient client, string runId, int attempts, bool force, TimeProvider time, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(1, attempts).Select(attempt => new RunInput(runId, attempt).InstanceId).ToHashSet(StringComparer.Ordinal);
        if (force)
        {
            await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = runId }).WithCancellation(cancellationToken))
            {
                if (instance.InstanceId == runId || instance.InstanceId.StartsWith(runId + ".", StringComparison.Ordinal))
                {
                    ids.Add(instance.InstanceId);
                }
            }
        }

        foreach (var id in ids)
        {
            // Its process may have ended after the run's end was recorded and before its own. Not every engine refuses to purge it then:
            // Azure Storage does it, and what goes on in memory is written again.
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
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // The host refuses a history that it cannot read, and drives none. To purge it is the only thing that it can do with it.
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
