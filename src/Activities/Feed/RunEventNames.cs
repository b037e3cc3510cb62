namespace Orchestrator.Activities.Feed;

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
