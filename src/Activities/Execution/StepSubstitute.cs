using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>What takes the place of the output of a step that failed.</summary>
internal static class StepSubstitute
{
    /// <summary>The value that the step's rule gives; its transform works on it unless the author gave what it would make.</summary>
    public static StepWork Value(PreparedStep step)
    {
        var fallback = step.Fallback ?? throw new InvalidOperationException($"Step '{step.Id}' was to fall back on a value, and has none.");
        var transformed = fallback.HasTransformed ? null : StepTransform.Apply(step.Transform, fallback.Value);
        return new StepWork
        {
            Output = fallback.Value?.DeepClone(),
            Transformed = fallback.HasTransformed ? fallback.Transformed?.DeepClone() : transformed?.Value,
            Warnings = transformed?.Warning is { } warning ? [$"Step '{step.Id}': {warning}"] : [],
        };
    }

    /// <summary>
    /// The record of the attempt before, when that has completed after all. Every attempt before another has a record: one whose call broke has that
    /// of a failure.
    /// </summary>
    public static async Task<StepCheckpoint?> CompletedBeforeAsync(
        PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (call is not { Failure: { } failure, Attempt: > 1 })
        {
            return null;
        }

        var before = await checkpoints.CreateAsync(run.Identity, StepRecord.Broken(run, call, call.Attempt - 1, failure, now), cancellationToken);
        return before is { Status: StepStatus.Completed, Again: false } ? before : null;
    }

    /// <summary>Takes over the output of a fallback step, or the value that the step's rule gives.</summary>
    public static async Task<StepWork> TakeOverAsync(
        PreparedRun run, ExecuteStepInput call, WorkflowError failure, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var before = call.Attempt == 1 ? null : await checkpoints.FindAsync(run.Identity, call.StepId, call.RunAttempt, call.Attempt - 1, cancellationToken);
        var work = call.Adopt is { } other ? await OutputOfAsync(run, call, other, checkpoints, cancellationToken) : Value(run.Steps[call.Step]);
        return work with { FallbackUsed = true, Error = before?.Error ?? failure };
    }

    private static async Task<StepWork> OutputOfAsync(
        PreparedRun run, ExecuteStepInput call, int other, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var source = await checkpoints.FindResultAsync(run, other, cancellationToken)
            ?? throw new InvalidOperationException($"Step '{call.StepId}' was to take over the output of '{run.Steps[other].Id}', which has not completed.");
        return new StepWork { Output = source.Output, Transformed = source.Transformed };
    }
}
