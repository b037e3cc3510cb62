using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.History;

/// <summary>An event in the history of an instance. The state of an instance is derived from its events only. Immutable.</summary>
/// <param name="Time">
/// The time in UTC. For events from outside it never decreases, and it is the orchestrator's current time while the event is processed. An operation
/// has the time of the event at which the orchestrator requested it.
/// </param>
public abstract record HistoryEvent(DateTime Time);

/// <summary>The first event of every history.</summary>
/// <param name="Name">The orchestrator's name.</param>
/// <param name="Input">The serialized input; null for none.</param>
/// <param name="CreatedAt">
/// The time in UTC at which the instance was created; after a continue-as-new it is earlier than <paramref name="Time"/>.
/// </param>
public sealed record ExecutionStarted(DateTime Time, string Name, string? Input, DateTime CreatedAt) : HistoryEvent(Time)
{
    /// <summary>The version; empty for unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>The tags; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The parent that waits for the result; null for an instance that a client started.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>The earliest time in UTC at which the code starts; null for at once.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>
    /// The serialized custom status of the execution before a continue-as-new; null for none. It is stored in the first record, so that it cannot be
    /// lost in a crash.
    /// </summary>
    public string? CustomStatus { get; init; }

    /// <summary>The unprocessed events of the execution before a continue-as-new; null for none.</summary>
    public IReadOnlyList<EventRaised>? CarriedEvents { get; init; }
}

/// <summary>An activity was scheduled.</summary>
/// <param name="Id">The number of the operation, from 0. A replay must request the same operations in the same order.</param>
public sealed record TaskScheduled(DateTime Time, int Id, string Name, string? Input) : HistoryEvent(Time)
{
    /// <summary>The version; empty for unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>The tags; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>An activity has returned.</summary>
public sealed record TaskCompleted(DateTime Time, int Id, string? Result) : HistoryEvent(Time);

/// <summary>An activity has failed.</summary>
/// <param name="NonRetriable">Whether a retry cannot succeed, because no activity has the name.</param>
public sealed record TaskFailed(DateTime Time, int Id, TaskFailureDetails Failure, bool NonRetriable) : HistoryEvent(Time);

/// <summary>A timer was created.</summary>
public sealed record TimerCreated(DateTime Time, int Id, DateTime FireAt) : HistoryEvent(Time);

/// <summary>A timer has fired.</summary>
public sealed record TimerFired(DateTime Time, int Id) : HistoryEvent(Time);

/// <summary>A sub-orchestration was called.</summary>
public sealed record SubOrchestrationCreated(DateTime Time, int Id, string Name, string InstanceId, string? Input) : HistoryEvent(Time)
{
    /// <summary>The version; empty for unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>The tags; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>A sub-orchestration has completed.</summary>
public sealed record SubOrchestrationCompleted(DateTime Time, int Id, string? Result) : HistoryEvent(Time);

/// <summary>A sub-orchestration has failed or was terminated.</summary>
/// <param name="NonRetriable">Whether a retry cannot succeed, because no orchestrator has the name.</param>
public sealed record SubOrchestrationFailed(DateTime Time, int Id, TaskFailureDetails Failure, bool NonRetriable) : HistoryEvent(Time);

/// <summary>
/// The orchestrator sent an event to another instance. After a crash it is sent again unless <see cref="EventDelivered"/> is recorded.
/// </summary>
public sealed record EventSent(DateTime Time, int Id, string InstanceId, string Name, string? Input) : HistoryEvent(Time);

/// <summary>A sent event was delivered.</summary>
public sealed record EventDelivered(DateTime Time, int Id) : HistoryEvent(Time);

/// <summary>An external event was raised.</summary>
/// <param name="Source">The sending orchestrator, which identifies a duplicate delivery; null when a client raised the event.</param>
public sealed record EventRaised(DateTime Time, string Name, string? Input, EventSource? Source = null) : HistoryEvent(Time);

/// <summary>The orchestrator has set its custom status.</summary>
public sealed record CustomStatusSet(DateTime Time, string? Status) : HistoryEvent(Time);

/// <summary>The instance was suspended.</summary>
public sealed record ExecutionSuspended(DateTime Time, string? Reason) : HistoryEvent(Time);

/// <summary>The instance was resumed.</summary>
public sealed record ExecutionResumed(DateTime Time, string? Reason) : HistoryEvent(Time);

/// <summary>The instance has ended. Later events are ignored.</summary>
/// <param name="Status">Completed, Failed or Terminated.</param>
/// <param name="Output">The serialized output; null for none.</param>
/// <param name="Failure">The failure when the status is Failed; otherwise null.</param>
/// <param name="NonRetriable">Whether a retry by the parent cannot succeed.</param>
/// <param name="Recursive">Whether the sub-orchestrations are terminated, too.</param>
public sealed record ExecutionCompleted(
    DateTime Time, OrchestrationRuntimeStatus Status, string? Output, TaskFailureDetails? Failure, bool NonRetriable = false, bool Recursive = false)
    : HistoryEvent(Time);

/// <summary>The operation of a parent that started a sub-orchestration.</summary>
/// <param name="Generation">The generation of the parent's execution.</param>
/// <param name="OperationId">The id of its <see cref="SubOrchestrationCreated"/>.</param>
public sealed record ParentLink(string Name, string InstanceId, int Generation, int OperationId);

/// <summary>The operation of a sender that sent an event.</summary>
/// <param name="Generation">The generation of the sender's execution.</param>
/// <param name="OperationId">The id of its <see cref="EventSent"/>.</param>
public sealed record EventSource(string InstanceId, int Generation, int OperationId);

/// <summary>The event names in records. They are part of the stored format and must not change.</summary>
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
