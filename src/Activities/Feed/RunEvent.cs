using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>One thing that happened in a run, as it is appended to the run's feed and sent to clients (API.md, "Events").</summary>
/// <param name="Event">One of <see cref="RunEventNames"/>.</param>
public sealed record RunEvent(string Event, string RunId, int RunAttempt, DateTimeOffset At)
{
    /// <summary><see cref="RunIdentity.Stamp"/> of the run, in the feed only.</summary>
    public string? Stamp { get; init; }

    public string? StepId { get; init; }

    public string? StepPath { get; init; }

    /// <summary>The step's attempt; null for what is not about one attempt.</summary>
    public int? Attempt { get; init; }

    /// <summary>A piece of the text, for chunks.</summary>
    public string? Text { get; init; }

    /// <summary>The number of the piece within its attempt, from 0, for chunks.</summary>
    public int? Index { get; init; }

    /// <summary>The run's new status, for <c>run.*</c>.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Why a step was skipped or cancelled.</summary>
    public string? Reason { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>Milliseconds of work, for the end of an attempt.</summary>
    public double? DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work.</summary>
    public double? QueuedMs { get; init; }

    /// <summary>The output is a fallback's; null means no.</summary>
    public bool? FallbackUsed { get; init; }

    /// <summary>The simulation answered in the model's place; null means no.</summary>
    public bool? Simulated { get; init; }

    public WorkflowError? Error { get; init; }

    /// <summary>What the user should know of a step that succeeded; null when there is nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>The names of events (API.md).</summary>
public static class RunEventNames
{
    public const string RunStarted = "run.started";

    /// <summary>The run has another status and has not ended; the event tells which.</summary>
    public const string RunStatus = "run.status";
    public const string RunCompleted = "run.completed";
    public const string RunFailed = "run.failed";
    public const string RunCancelled = "run.cancelled";
    public const string StepReady = "step.ready";
    public const string StepStarted = "step.started";
    public const string StepChunk = "step.chunk";
    public const string StepRetrying = "step.retrying";
    public const string StepCompleted = "step.completed";
    public const string StepFailed = "step.failed";
    public const string StepSkipped = "step.skipped";
    public const string StepCancelled = "step.cancelled";

    /// <summary>Whether the event ends an attempt of a step: it has its record.</summary>
    public static bool EndsAttempt(string name) => name is StepRetrying or StepCompleted or StepFailed or StepSkipped or StepCancelled;

    /// <summary>Whether the event ends an attempt of the run: nothing follows it.</summary>
    public static bool IsFinal(string name) => name is RunCompleted or RunFailed or RunCancelled;
}
