using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>Makes checkpoints from the results of attempts. <see cref="CheckpointStore"/> writes them.</summary>
internal static class CheckpointFactory
{
    /// <summary>The checkpoint of an attempt, before the step's rule for failures applies (<see cref="AfterRules"/>).</summary>
    /// <param name="cancellation">The cancellation that ended the attempt; null when none did.</param>
    /// <param name="withoutWork"><see cref="StepCheckpoint.WithoutWork"/>.</param>
    /// <param name="begunBefore"><see cref="StepCheckpoint.BegunBefore"/>.</param>
    public static StepCheckpoint Of(
        PreparedRun run, ExecuteStepInput call, DateTimeOffset startedAt, DateTimeOffset completedAt, AttemptResult result,
        ScopeCancellation? cancellation, bool withoutWork = false, bool begunBefore = false)
    {
        var step = run.Steps[call.Step];
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var status = result switch
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
            Stamp = call.Stamp,
            RunAttempt = call.RunAttempt,
            StepId = call.StepId,
            StepPath = call.StepId,
            Attempt = call.Attempt,
            WithoutWork = withoutWork,
            BegunBefore = begunBefore,
            PromptId = prompt?.Slug,
            PromptVersion = prompt?.Version,
            Type = step.Type,
            Model = result.Model ?? (step.Models.Count > 0 ? step.Models[0] : null),
            Simulated = result.Simulated,
            Environment = run.Environment,
            Consumed = call.Available?.Select(dependency => run.Steps[dependency].Id).ToList(),
            Adopted = call.Adopt is { } other ? run.Steps[other].Id : null,
            Inputs = result.Inputs,
            Status = status,
            Reason = status switch
            {
                StepStatus.Skipped => StepReason.Condition,
                StepStatus.Cancelled => cancellation?.Reason ?? (call.EndedBy is null ? StepReason.Cancel : StepReason.Lost),
                _ => null,
            },
            DecidedBy = status == StepStatus.Cancelled ? cancellation?.DecidedBy : null,
            Output = result.Output,
            Transformed = result.Transformed,
            FromCache = result.FromCache,
            FallbackUsed = result.FallbackUsed,
            Warnings = result.Warnings,
            ReadyAt = call.ReadyAt,
            StartedAt = startedAt,
            CompletedAt = completedAt,
            Usage = result.Usage,
            Error = result.Error is null ? null : result.Error with { Step = call.StepId, Attempt = result.Error.Attempt ?? call.Attempt },
        };
    }

    /// <summary>
    /// The checkpoint after the step's rule for failures: with the error by that rule, or completed with the step's fallback value.
    /// </summary>
    public static StepCheckpoint AfterRules(PreparedRun run, ExecuteStepInput call, StepCheckpoint checkpoint)
    {
        if (checkpoint.VerdictIn(run, call) is not { } verdict)
        {
            return checkpoint;
        }

        if (verdict is not { RetryAfter: null, Action.Kind: FailureActionKind.Value })
        {
            return checkpoint with { Error = verdict.Error };
        }

        var value = StepSubstitute.Value(run.Steps[call.Step]);
        return checkpoint with
        {
            Status = StepStatus.Completed,
            Output = value.Output,
            Transformed = value.Transformed,
            FallbackUsed = true,
            Warnings = [.. checkpoint.Warnings, .. value.Warnings],
            Error = verdict.Error,
        };
    }

    /// <summary>The checkpoint of an attempt whose activity call failed without writing one.</summary>
    public static StepCheckpoint OfFailedCall(PreparedRun run, ExecuteStepInput call, int attempt, WorkflowError failure, DateTimeOffset at) => new()
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
