using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.RunLogs;

/// <summary>Makes the events about a step for its run's feed.</summary>
internal static class StepEvents
{
    /// <summary>A decision of the orchestrator.</summary>
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

    /// <summary>The attempt is ready to execute.</summary>
    public static RunEvent Ready(ExecuteStepInput call) => About(RunEventNames.StepReady, call, call.ReadyAt);

    /// <summary>Work on the attempt has begun.</summary>
    public static RunEvent Started(ExecuteStepInput call, DateTimeOffset at) =>
        About(RunEventNames.StepStarted, call, at, Milliseconds(call.ReadyAt, at));

    /// <summary>The start of an attempt that has ended.</summary>
    public static RunEvent Started(StepCheckpoint checkpoint) => About(RunEventNames.StepStarted, checkpoint, checkpoint.StartedAt) with
    {
        QueuedMs = Milliseconds(checkpoint.ReadyAt, checkpoint.StartedAt),
    };

    /// <summary>A piece of the streamed text.</summary>
    public static RunEvent Chunk(ExecuteStepInput call, DateTimeOffset at, int index, string text) =>
        About(RunEventNames.StepChunk, call, at) with { Index = index, Text = text };

    /// <summary>The name of the event that the checkpoint of an attempt is. Whether the attempt is retried follows from the scheduler's rule.</summary>
    public static string EndOf(ExecuteStepInput call, PreparedRun run, StepCheckpoint checkpoint) => checkpoint.Status switch
    {
        StepStatus.Completed when checkpoint.Again => RunEventNames.StepRetrying,
        StepStatus.Completed => RunEventNames.StepCompleted,
        StepStatus.Cancelled => RunEventNames.StepCancelled,
        StepStatus.Skipped => RunEventNames.StepSkipped,
        _ when checkpoint.VerdictIn(run, call) is { RetryAfter: not null } => RunEventNames.StepRetrying,
        _ => RunEventNames.StepFailed,
    };

    /// <summary>The end of an attempt.</summary>
    /// <param name="name">The event's name, from <see cref="EndOf"/>.</param>
    public static RunEvent Ended(string name, StepCheckpoint checkpoint) =>
        About(name, checkpoint, checkpoint.CompletedAt) with
        {
            Reason = checkpoint.Again ? StepReason.Repeat : checkpoint.Reason,
            Usage = checkpoint.Usage,
            DurationMs = Milliseconds(checkpoint.StartedAt, checkpoint.CompletedAt),
            FallbackUsed = checkpoint.FallbackUsed ? true : null,
            Simulated = checkpoint.Simulated ? true : null,
            Error = checkpoint.Error,
            Warnings = checkpoint.Warnings.Count == 0 ? null : checkpoint.Warnings,
        };

    private static RunEvent About(string name, ExecuteStepInput call, DateTimeOffset at, double? queuedMs = null) =>
        new(name, call.RunId, call.RunAttempt, at)
        {
            Stamp = call.Stamp,
            StepId = call.StepId,
            StepPath = call.StepId,
            Attempt = call.Attempt,
            QueuedMs = queuedMs,
        };

    private static RunEvent About(string name, StepCheckpoint record, DateTimeOffset at) =>
        new(name, record.RunId, record.RunAttempt, at) { StepId = record.StepId, StepPath = record.StepPath, Attempt = record.Attempt };

    private static double Milliseconds(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalMilliseconds);
}
