using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Runs;

/// <summary>The orchestration instances of runs: one for each attempt.</summary>
internal static class RunInstances
{
    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>
    /// Schedules the instance of an attempt. Who sees a record without an instance may do it too, since whoever wrote the record may be gone: one that is
    /// under way stays, and one that had ended in between would only read its checkpoints again.
    /// </summary>
    public static async Task ScheduleAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        var options = new StartOrchestrationOptions(run.InstanceId).WithDedupeStatuses(Open);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(FunctionNames.WorkflowRun, run, options, cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It is under way.
        }
    }
}
