using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.RunLogs;

/// <summary>One event of a run, as it is appended to the run's feed and sent to clients (docs/http-api.md).</summary>
/// <param name="Event">One of <see cref="RunEventNames"/>.</param>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="At">When it happened.</param>
public sealed record RunEvent(string Event, string RunId, int RunAttempt, DateTimeOffset At)
{
    /// <summary>The <see cref="RunIdentity.Stamp"/> of the run; in the stored feed only, null for clients.</summary>
    public string? Stamp { get; init; }

    /// <summary>The id of the step that it is about; null for an event about the run.</summary>
    public string? StepId { get; init; }

    /// <summary>The path of that step; null for an event about the run.</summary>
    public string? StepPath { get; init; }

    /// <summary>The step's attempt, from 1; null for an event that is not about one attempt.</summary>
    public int? Attempt { get; init; }

    /// <summary>A piece of the streamed text, for chunks.</summary>
    public string? Text { get; init; }

    /// <summary>The number of the piece within its attempt, from 0, for chunks.</summary>
    public int? Index { get; init; }

    /// <summary>The run's new status, for <c>run.*</c>.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Why a step was skipped or cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>The tokens and the cost of the attempt, for its end; otherwise null.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Milliseconds of work, for the end of a step's attempt.</summary>
    public double? DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work.</summary>
    public double? QueuedMs { get; init; }

    /// <summary>True when the output is that of a fallback; otherwise null.</summary>
    public bool? FallbackUsed { get; init; }

    /// <summary>True when the simulated model answered instead of the model; otherwise null.</summary>
    public bool? Simulated { get; init; }

    /// <summary>Why the attempt or the run failed or was cancelled; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The warnings about a step; null for none.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary><see cref="LogRecord.Texts"/> for the end of an attempt that was read; not part of the event.</summary>
    internal int? Texts { get; init; }
}

/// <summary>The names of events (docs/http-api.md).</summary>
public static class RunEventNames
{
    /// <summary>An attempt of the run has begun.</summary>
    public const string RunStarted = "run.started";

    /// <summary>The status of the run changed and the run has not ended; <see cref="RunEvent.Status"/> is the new one.</summary>
    public const string RunStatus = "run.status";

    /// <summary>An attempt of the run completed.</summary>
    public const string RunCompleted = "run.completed";

    /// <summary>An attempt of the run failed or exceeded its time limit.</summary>
    public const string RunFailed = "run.failed";

    /// <summary>An attempt of the run was cancelled.</summary>
    public const string RunCancelled = "run.cancelled";

    /// <summary>An attempt of a step may execute as soon as it gets a slot.</summary>
    public const string StepReady = "step.ready";

    /// <summary>Work on the attempt has begun.</summary>
    public const string StepStarted = "step.started";

    /// <summary>A piece of streamed text.</summary>
    public const string StepChunk = "step.chunk";

    /// <summary>The attempt has ended and another one follows: after a failure, or as the next turn of a repeated step.</summary>
    public const string StepRetrying = "step.retrying";

    /// <summary>The step has completed.</summary>
    public const string StepCompleted = "step.completed";

    /// <summary>The step has failed.</summary>
    public const string StepFailed = "step.failed";

    /// <summary>The step was skipped.</summary>
    public const string StepSkipped = "step.skipped";

    /// <summary>The step was cancelled.</summary>
    public const string StepCancelled = "step.cancelled";

    /// <summary>Whether the event ends an attempt of a step: its checkpoint exists.</summary>
    public static bool EndsAttempt(string name) => name is StepRetrying or StepCompleted or StepFailed or StepSkipped or StepCancelled;

    /// <summary>Whether the event is the last one of an attempt of the run.</summary>
    public static bool IsFinal(string name) => name is RunCompleted or RunFailed or RunCancelled;
}

/// <summary>Makes the events about a run for its feed.</summary>
internal static class RunEvents
{
    /// <summary>An attempt of the run has ended.</summary>
    public static RunEvent Ended(string runId, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at) => new(
        status switch
        {
            RunStatus.Completed => RunEventNames.RunCompleted,
            RunStatus.Cancelled => RunEventNames.RunCancelled,
            _ => RunEventNames.RunFailed,
        },
        runId,
        runAttempt,
        at)
    {
        Status = status,
        Error = error,
    };

    /// <summary>An attempt of the run was interrupted, since another version had begun it.</summary>
    public static RunEvent Interrupted(string runId, int runAttempt, WorkflowError? error, DateTimeOffset at) =>
        new(RunEventNames.RunStatus, runId, runAttempt, at) { Status = RunStatus.Interrupted, Reason = RunRecord.Upgraded, Error = error };
}
