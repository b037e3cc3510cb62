using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Execution;

/// <summary>How long the work on one attempt may take, and which setting says so.</summary>
/// <param name="Level"><c>attempt</c> for the step's timeout, <c>step</c> for its stepTimeout: what the error's details name.</param>
internal readonly record struct AttemptLimit(TimeSpan Duration, string Level, int LimitMs)
{
    /// <summary>The nearer of the two limits. The first attempt begins the time of all.</summary>
    public static AttemptLimit Of(PreparedRun run, ExecuteStepInput call, DateTimeOffset now)
    {
        var step = run.Steps[call.Step];
        var attempt = TimeSpan.FromMilliseconds(step.TimeoutMs);
        if (run.Plan.Steps[call.Step].StepTimeoutMs is not { } all)
        {
            return new(attempt, "attempt", step.TimeoutMs);
        }

        var left = call.Deadline is { } deadline ? deadline - now : TimeSpan.FromMilliseconds(all);
        return left < attempt ? new(left > TimeSpan.Zero ? left : TimeSpan.Zero, "step", all) : new(attempt, "attempt", step.TimeoutMs);
    }
}
