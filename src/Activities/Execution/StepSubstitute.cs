using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Execution;

/// <summary>The output that replaces that of a failed step: the fallback value of its rule, or the output of its fallback step.</summary>
internal static class StepSubstitute
{
    /// <summary>
    /// The fallback value of the step's rule. The step's transform applies to it, unless the definition gives the transformed value, too.
    /// </summary>
    public static AttemptResult Value(PreparedStep step)
    {
        var fallback = step.Fallback ?? throw new InvalidOperationException($"Step '{step.Id}' has no fallback value, although its rule needs one.");
        var transformed = fallback.HasTransformed ? null : OutputTransform.Apply(step.Transform, fallback.Value);
        return new AttemptResult
        {
            Output = fallback.Value?.DeepClone(),
            Transformed = fallback.HasTransformed ? fallback.Transformed?.DeepClone() : transformed?.Value,
            Warnings = transformed?.Warning is { } warning ? [$"Step '{step.Id}': {warning}"] : [],
        };
    }

    /// <summary>
    /// The checkpoint of the attempt before, if that completed although its call failed; otherwise null. Every attempt before another one has a
    /// checkpoint: one whose call failed without a checkpoint gets one of the failure here.
    /// </summary>
    public static async Task<StepCheckpoint?> CompletedBeforeAsync(
        PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (call is not { Failure: { } failure, Attempt: > 1 })
        {
            return null;
        }

        var failed = CheckpointFactory.OfFailedCall(run, call, call.Attempt - 1, failure, now);
        var before = await checkpoints.CreateAsync(run.Identity, RunEventNames.StepFailed, failed, cancellationToken);
        return before is { Status: StepStatus.Completed, Again: false } ? before : null;
    }

    /// <summary>The result of a failed step with the output of its fallback step, or with the fallback value of its rule.</summary>
    public static async Task<AttemptResult> TakeOverAsync(
        PreparedRun run, ExecuteStepInput call, WorkflowError failure, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var before = call.Attempt == 1
            ? null
            : await checkpoints.FindAsync(run.Identity, call.StepId, call.RunAttempt, call.Attempt - 1, cancellationToken);
        var result = call.Adopt is { } other
            ? await OutputOfAsync(run, call, other, checkpoints, cancellationToken)
            : Value(run.Steps[call.Step]);
        return result with { FallbackUsed = true, Error = before?.Error ?? failure };
    }

    private static async Task<AttemptResult> OutputOfAsync(
        PreparedRun run, ExecuteStepInput call, int other, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var source = await checkpoints.FindResultAsync(run, other, cancellationToken)
            ?? throw new InvalidOperationException(
                $"Step '{call.StepId}' cannot use the output of its fallback step '{run.Steps[other].Id}', which has not completed.");
        return new AttemptResult { Output = source.Output, Transformed = source.Transformed };
    }
}
