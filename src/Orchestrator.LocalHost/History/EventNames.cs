using System.Text.Json;

namespace Orchestrator.LocalHost.History;

/// <summary>The events' names in a record. They are part of the stored format: none may ever change.</summary>
internal static class EventNames
{
    public static readonly JsonEncodedText ExecutionStarted = JsonEncodedText.Encode("ExecutionStarted");
    public static readonly JsonEncodedText TaskScheduled = JsonEncodedText.Encode("TaskScheduled");
    public static readonly JsonEncodedText TaskCompleted = JsonEncodedText.Encode("TaskCompleted");
    public static readonly JsonEncodedText TaskFailed = JsonEncodedText.Encode("TaskFailed");
    public static readonly JsonEncodedText TimerCreated = JsonEncodedText.Encode("TimerCreated");
    public static readonly JsonEncodedText TimerFired = JsonEncodedText.Encode("TimerFired");
    public static readonly JsonEncodedText SubOrchestrationCreated = JsonEncodedText.Encode("SubOrchestrationCreated");
    public static readonly JsonEncodedText SubOrchestrationCompleted = JsonEncodedText.Encode("SubOrchestrationCompleted");
    public static readonly JsonEncodedText SubOrchestrationFailed = JsonEncodedText.Encode("SubOrchestrationFailed");
    public static readonly JsonEncodedText EventSent = JsonEncodedText.Encode("EventSent");
    public static readonly JsonEncodedText EventDelivered = JsonEncodedText.Encode("EventDelivered");
    public static readonly JsonEncodedText EventRaised = JsonEncodedText.Encode("EventRaised");
    public static readonly JsonEncodedText CustomStatusSet = JsonEncodedText.Encode("CustomStatusSet");
    public static readonly JsonEncodedText ExecutionSuspended = JsonEncodedText.Encode("ExecutionSuspended");
    public static readonly JsonEncodedText ExecutionResumed = JsonEncodedText.Encode("ExecutionResumed");
    public static readonly JsonEncodedText ExecutionCompleted = JsonEncodedText.Encode("ExecutionCompleted");
}
