using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Steps;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Activities;

/// <summary>The entry points of the orchestrator's activities.</summary>
public sealed class RunActivities(RunLifecycle lifecycle, StepExecutor steps, RunControl control)
{
    /// <summary>A plan of more bytes than this is not sent through the history: 32 KB.</summary>
    public const int MaxInlinePlanBytes = 32 * 1024;

    [Function(FunctionNames.PrepareRun)]
    public async Task<PlanAnswer> PrepareRunAsync([ActivityTrigger] RunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var prepared = await lifecycle.BeginAsync(input.RunId, input.RunAttempt, cancellationToken);
        var size = JsonSerializer.SerializeToUtf8Bytes(prepared.Plan, WorkflowJson.Compact).Length;
        return new PlanAnswer(size <= MaxInlinePlanBytes ? prepared.Plan : null);
    }

    [Function(FunctionNames.ExecuteStep)]
    public Task<StepOutcome> ExecuteStepAsync([ActivityTrigger] ExecuteStepInput input, CancellationToken cancellationToken) =>
        steps.ExecuteAsync(input, cancellationToken);

    [Function(FunctionNames.RecordFacts)]
    public Task RecordFactsAsync([ActivityTrigger] RecordFactsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return lifecycle.RecordAsync(input.RunId, input.RunAttempt, input.Decisions, cancellationToken);
    }

    [Function(FunctionNames.CancelSteps)]
    public Task CancelStepsAsync([ActivityTrigger] CancelStepsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return control.CancelAsync(input.RunId, input.RunAttempt, input.Reason, cancellationToken);
    }

    [Function(FunctionNames.FinishRun)]
    public async Task FinishRunAsync([ActivityTrigger] FinishRunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        await lifecycle.RecordAsync(input.RunId, input.RunAttempt, input.Decisions, cancellationToken);
        await lifecycle.FinishAsync(input.RunId, input.RunAttempt, input.Status, input.Error, input.At, input.Observed, cancellationToken);
    }
}
