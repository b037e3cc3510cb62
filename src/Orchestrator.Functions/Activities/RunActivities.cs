using Microsoft.Azure.Functions.Worker;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Activities;

/// <summary>The entry points of the orchestrator's activities.</summary>
public sealed class RunActivities(RunLifecycle lifecycle, StepExecutor steps, RunControl control)
{
    [Function(FunctionNames.PrepareRun)]
    public async Task<PlanAnswer> PrepareRunAsync([ActivityTrigger] RunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return PlanAnswer.Of((await lifecycle.BeginAsync(input.RunId, input.RunAttempt, cancellationToken)).Plan);
    }

    [Function(FunctionNames.ExecuteStep)]
    public Task<StepOutcome> ExecuteStepAsync([ActivityTrigger] ExecuteStepInput input, CancellationToken cancellationToken) =>
        steps.ExecuteAsync(input, cancellationToken);

    [Function(FunctionNames.RecordFacts)]
    public Task RecordFactsAsync([ActivityTrigger] RecordFactsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IgnoreDeletedRunAsync(() => lifecycle.AppendDecisionsAsync(new RunIdentity(input.RunId, input.Stamp), input.RunAttempt, input.Decisions, cancellationToken));
    }

    [Function(FunctionNames.CancelSteps)]
    public Task CancelStepsAsync([ActivityTrigger] CancelStepsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IgnoreDeletedRunAsync(() => control.CancelAsync(
            new RunIdentity(input.RunId, input.Stamp), input.RunAttempt, input.Reason, input.DecidedBy, cancellationToken));
    }

    [Function(FunctionNames.FinishRun)]
    public Task FinishRunAsync([ActivityTrigger] FinishRunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var run = new RunIdentity(input.RunId, input.Stamp);
        return IgnoreDeletedRunAsync(async () =>
        {
            await lifecycle.AppendDecisionsAsync(run, input.RunAttempt, input.Decisions, cancellationToken);
            await lifecycle.FinishAsync(run, input.RunAttempt, input.Status, input.Error, input.At, input.Observed, cancellationToken);
        });
    }

    /// <summary>Writes nothing for a run that was deleted: its orchestration is about to be deleted, too.</summary>
    private static async Task IgnoreDeletedRunAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (RunGoneException)
        {
            // Nothing was written.
        }
    }
}
