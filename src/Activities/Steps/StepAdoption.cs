using Orchestrator.Activities.Runs;

namespace Orchestrator.Activities.Steps;

/// <summary>Takes the output of a fallback step over as a step's own.</summary>
internal static class StepAdoption
{
    public static async Task<StepWork> TakeOverAsync(
        PreparedRun run, ExecuteStepInput call, int other, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var source = await checkpoints.FindResultAsync(run, other, cancellationToken)
            ?? throw new InvalidOperationException($"Step '{call.StepId}' was to take over the output of '{run.Steps[other].Id}', which has not completed.");
        return new StepWork { Output = source.Output, Transformed = source.Transformed, FallbackUsed = true };
    }
}
