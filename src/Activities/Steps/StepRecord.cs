using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Graphs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Steps;

/// <summary>Makes the record of an attempt from what the work came to.</summary>
internal static class StepRecord
{
    /// <param name="cancelReason">Why the run's steps were told to end; null when they were not.</param>
    public static StepCheckpoint Of(
        PreparedRun run, ExecuteStepInput call, DateTimeOffset startedAt, DateTimeOffset completedAt, StepWork work, string? cancelReason)
    {
        var step = run.Steps[call.Step];
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var node = run.Plan.Steps[call.Step];
        var substituted = work.Error is { } error && node.Retry?.Allows(error, call.TurnAttempt) != true
            && node.OnError?.For(error.Kind).Kind == FailureActionKind.Value;
        var status = work switch
        {
            { Skipped: true } => StepStatus.Skipped,
            { Error: null } => StepStatus.Completed,
            { Error.Kind: ErrorKind.Cancelled } => StepStatus.Cancelled,
            _ => substituted ? StepStatus.Completed : StepStatus.Failed,
        };
        return new StepCheckpoint
        {
            CallId = $"{call.RunId}.{call.StepId}.{call.RunAttempt}-{call.Attempt}",
            RunId = call.RunId,
            RunAttempt = call.RunAttempt,
            StepId = call.StepId,
            StepPath = call.StepId,
            Attempt = call.Attempt,
            PromptId = prompt?.Slug,
            PromptVersion = prompt?.Version,
            Type = step.Type,
            Model = work.Model ?? (step.Models.Count > 0 ? step.Models[0] : null),
            Environment = run.Environment,
            Consumed = call.Available?.Select(dependency => run.Steps[dependency].Id).ToList(),
            Adopted = call.Adopt is { } other ? run.Steps[other].Id : null,
            Inputs = work.Inputs,
            Status = status,
            Reason = status switch
            {
                StepStatus.Skipped => StepReason.Condition,
                StepStatus.Cancelled => cancelReason ?? StepReason.Cancel,
                _ => null,
            },
            Output = substituted ? step.FallbackValue?.DeepClone() : work.Output,
            Transformed = work.Transformed,
            FromCache = work.FromCache,
            FallbackUsed = substituted || work.FallbackUsed,
            Warnings = work.Warnings,
            ReadyAt = call.ReadyAt,
            StartedAt = startedAt,
            CompletedAt = completedAt,
            Usage = work.Usage,
            Error = work.Error is null ? null : work.Error with { Step = call.StepId, Attempt = call.Attempt },
        };
    }

    /// <summary>What a record says of an output that was given by hand: nobody worked for it.</summary>
    public static StepCheckpoint Of(PreparedRun run, PreparedStep step, GivenOutput given) => new()
    {
        CallId = $"{run.RunId}.{step.Id}.given",
        RunId = run.RunId,
        RunAttempt = run.RunAttempt,
        StepId = step.Id,
        StepPath = step.Id,
        Attempt = 0,
        Type = step.Type,
        Environment = run.Environment,
        Status = StepStatus.Reused,
        Output = given.Output,
        Transformed = given.Transformed,
        ReadyAt = default,
        StartedAt = default,
        CompletedAt = default,
    };
}
