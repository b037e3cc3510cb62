using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>Makes the record of an attempt from the result of the work.</summary>
internal static class StepRecord
{
    /// <param name="cancellation">What told the step to end; null when nothing did.</param>
    public static StepCheckpoint Of(
        PreparedRun run, ExecuteStepInput call, DateTimeOffset startedAt, DateTimeOffset completedAt, StepWork work, ScopeCancellation? cancellation)
    {
        var step = run.Steps[call.Step];
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var status = work switch
        {
            { Skipped: true } => StepStatus.Skipped,
            { Error: null } or { FallbackUsed: true } => StepStatus.Completed,
            { Error.Kind: ErrorKind.Cancelled } => StepStatus.Cancelled,
            _ => StepStatus.Failed,
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
            Simulated = work.Simulated,
            Environment = run.Environment,
            Consumed = call.Available?.Select(dependency => run.Steps[dependency].Id).ToList(),
            Adopted = call.Adopt is { } other ? run.Steps[other].Id : null,
            Inputs = work.Inputs,
            Status = status,
            Reason = status switch
            {
                StepStatus.Skipped => StepReason.Condition,
                StepStatus.Cancelled => cancellation?.Reason ?? (call.EndedBy is null ? StepReason.Cancel : StepReason.Lost),
                _ => null,
            },
            DecidedBy = status == StepStatus.Cancelled ? cancellation?.DecidedBy : null,
            Output = work.Output,
            Transformed = work.Transformed,
            FromCache = work.FromCache,
            FallbackUsed = work.FallbackUsed,
            Warnings = work.Warnings,
            ReadyAt = call.ReadyAt,
            StartedAt = startedAt,
            CompletedAt = completedAt,
            Usage = work.Usage,
            Error = work.Error is null ? null : work.Error with { Step = call.StepId, Attempt = work.Error.Attempt ?? call.Attempt },
        };
    }

    /// <summary>The record of an attempt after the step's rule for failures: with the failure that counts, or with the value that takes the place of its output.</summary>
    public static StepCheckpoint Ruled(PreparedRun run, ExecuteStepInput call, StepCheckpoint record)
    {
        if (record.VerdictIn(run, call) is not { } verdict)
        {
            return record;
        }

        if (verdict is not { RetryAfter: null, Action.Kind: FailureActionKind.Value })
        {
            return record with { Error = verdict.Error };
        }

        var value = StepSubstitute.Value(run.Steps[call.Step]);
        return record with
        {
            Status = StepStatus.Completed,
            Output = value.Output,
            Transformed = value.Transformed,
            FallbackUsed = true,
            Warnings = [.. record.Warnings, .. value.Warnings],
            Error = verdict.Error,
        };
    }

    /// <summary>The record of a failed attempt whose call broke, so that it wrote none.</summary>
    public static StepCheckpoint Broken(PreparedRun run, ExecuteStepInput call, int attempt, WorkflowError failure, DateTimeOffset at) => new()
    {
        CallId = $"{call.RunId}.{call.StepId}.{call.RunAttempt}-{attempt}",
        RunId = call.RunId,
        RunAttempt = call.RunAttempt,
        StepId = call.StepId,
        StepPath = call.StepId,
        Attempt = attempt,
        Type = run.Steps[call.Step].Type,
        Environment = run.Environment,
        Status = StepStatus.Failed,
        ReadyAt = at,
        StartedAt = at,
        CompletedAt = at,
        Error = failure,
    };
}
