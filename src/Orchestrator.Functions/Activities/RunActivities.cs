using Microsoft.Azure.Functions.Worker;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Activities;

/// <summary>The entry points of the orchestrator's activities. Each may run twice, also at the same time. Thread-safe.</summary>
public sealed class RunActivities(RunLifecycle lifecycle, StepExecutor steps, RunControl control)
{
    /// <summary>Marks the attempt as running.</summary>
    /// <returns>Its plan.</returns>
    [Function(FunctionNames.PrepareRun)]
    public async Task<PlanAnswer> PrepareRunAsync([ActivityTrigger] RunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return PlanAnswer.Of((await lifecycle.BeginAsync(input.RunId, input.RunAttempt, cancellationToken)).Plan);
    }

    /// <summary>Executes an attempt of a step, or returns its recorded outcome.</summary>
    [Function(FunctionNames.ExecuteStep)]
    public Task<StepOutcome> ExecuteStepAsync([ActivityTrigger] ExecuteStepInput input, CancellationToken cancellationToken) =>
        steps.ExecuteAsync(input, cancellationToken);

    /// <summary>Appends decisions of the scheduler to the run's events.</summary>
    [Function(FunctionNames.RecordFacts)]
    public Task RecordFactsAsync([ActivityTrigger] RecordFactsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IgnoreDeletedRunAsync(() => lifecycle.AppendDecisionsAsync(
            new RunIdentity(input.RunId, input.Stamp), input.RunAttempt, input.Decisions, cancellationToken));
    }

    /// <summary>Requests the end of the run's executing steps.</summary>
    [Function(FunctionNames.CancelSteps)]
    public Task CancelStepsAsync([ActivityTrigger] CancelStepsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IgnoreDeletedRunAsync(() => control.CancelAsync(
            new RunIdentity(input.RunId, input.Stamp), input.RunAttempt, input.Reason, input.DecidedBy, cancellationToken));
    }

    /// <summary>Collects the run's outputs and records its end.</summary>
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

    /// <summary>Ignores that the run was deleted: its orchestration will be deleted, too.</summary>
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
