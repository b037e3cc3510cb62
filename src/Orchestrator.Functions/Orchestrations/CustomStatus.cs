using Microsoft.DurableTask;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Sets the custom status of the orchestration when the run's status changes, and at most once per percent of its steps: each status is a write.
/// Deterministic. Not thread-safe.
/// </summary>
internal sealed class CustomStatus(TaskOrchestrationContext context, WorkflowScheduler scheduler)
{
    private (RunStatus Status, int Percent) _reported = (RunStatus.Pending, -1);

    /// <summary>Sets the status if it has changed since the last call.</summary>
    public void Report()
    {
        var percent = scheduler.Done * 100 / Math.Max(1, scheduler.Graph.Count);
        if (_reported != (scheduler.Status, percent))
        {
            _reported = (scheduler.Status, percent);
            context.SetCustomStatus(new RunProgressStatus(
                scheduler.Status, scheduler.Graph.Count, scheduler.Done, scheduler.Executing, scheduler.Queued, scheduler.Failed));
        }
    }
}

/// <summary>The orchestration's custom status: numbers of steps only, so that it stays small.</summary>
public sealed record RunProgressStatus(RunStatus Status, int Total, int Done, int Running, int Queued, int Failed);
