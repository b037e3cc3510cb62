using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Steps;

/// <summary>Words what happens to a step as events of its run's feed.</summary>
internal static class StepEvents
{
    public static RunEvent Of(string runId, int runAttempt, PreparedStep step, StepDecision decision)
    {
        var name = decision.Status switch
        {
            StepStatus.Ready => RunEventNames.StepReady,
            StepStatus.Skipped => RunEventNames.StepSkipped,
            StepStatus.Cancelled => RunEventNames.StepCancelled,
            _ => RunEventNames.StepFailed,
        };
        return new RunEvent(name, runId, runAttempt, decision.At)
        {
            StepId = step.Id,
            StepPath = step.Id,
            Attempt = decision.Attempt > 0 ? decision.Attempt : null,
            Reason = decision.Reason,
            Error = decision.Error,
        };
    }

    public static RunEvent Ready(ExecuteStepInput call) => About(RunEventNames.StepReady, call, call.ReadyAt);

    public static RunEvent Started(ExecuteStepInput call, DateTimeOffset at) =>
        About(RunEventNames.StepStarted, call, at) with { QueuedMs = Math.Max(0, (at - call.ReadyAt).TotalMilliseconds) };

    public static RunEvent Chunk(ExecuteStepInput call, DateTimeOffset at, int index, string text) =>
        About(RunEventNames.StepChunk, call, at) with { Index = index, Text = text };

    /// <summary>The end of an attempt; whether it is tried again follows from the rule that the scheduler uses, too.</summary>
    public static RunEvent Ended(ExecuteStepInput call, PreparedRun run, StepCheckpoint checkpoint)
    {
        var name = checkpoint.Status switch
        {
            StepStatus.Completed when checkpoint.Again => RunEventNames.StepRetrying,
            StepStatus.Completed => RunEventNames.StepCompleted,
            StepStatus.Cancelled => RunEventNames.StepCancelled,
            StepStatus.Skipped => RunEventNames.StepSkipped,
            _ when StepRecord.Verdict(run, call, checkpoint) is { RetryAfter: not null } => RunEventNames.StepRetrying,
            _ => RunEventNames.StepFailed,
        };
        return About(name, call, checkpoint.CompletedAt) with
        {
            Reason = checkpoint.Again ? StepReason.Repeat : checkpoint.Reason,
            Usage = checkpoint.Usage,
            DurationMs = Math.Max(0, (checkpoint.CompletedAt - checkpoint.StartedAt).TotalMilliseconds),
            FallbackUsed = checkpoint.FallbackUsed ? true : null,
            Simulated = checkpoint.Simulated ? true : null,
            Error = checkpoint.Error,
            Warnings = checkpoint.Warnings.Count == 0 ? null : checkpoint.Warnings,
        };
    }

    private static RunEvent About(string name, ExecuteStepInput call, DateTimeOffset at) =>
        new(name, call.RunId, call.RunAttempt, at) { StepId = call.StepId, StepPath = call.StepId, Attempt = call.Attempt };
}
