using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.History;

/// <summary>
/// What happened to an instance. The list of its events is the only truth about it: what is pending is what was scheduled and has not ended.
/// </summary>
/// <param name="Time">
/// When, in UTC. For what arrives from outside it never goes back, and is the orchestrator's clock while the event is processed; an operation has the
/// time of the event that made the orchestrator ask for it.
/// </param>
public abstract record HistoryEvent(DateTime Time);

/// <summary>The first event of every history.</summary>
/// <param name="Name">The orchestrator's name.</param>
/// <param name="Input">Serialized; null means none.</param>
/// <param name="CreatedAt">When the instance was created: earlier than <paramref name="Time"/> after a continue-as-new.</param>
public sealed record ExecutionStarted(DateTime Time, string Name, string? Input, DateTime CreatedAt) : HistoryEvent(Time)
{
    /// <summary>Empty means unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>Null means none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Who waits for the result; null for an instance that a client started.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>Not before; null means at once.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>Custom status and unprocessed events of the execution before a continue-as-new. In one record with the start, they cannot be torn apart.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>Null means none.</summary>
    public IReadOnlyList<EventRaised>? CarriedEvents { get; init; }
}

/// <summary>An activity was asked for.</summary>
/// <param name="Id">Counts the orchestrator's operations from 0: the replay must ask for the same operations in the same order.</param>
public sealed record TaskScheduled(DateTime Time, int Id, string Name, string? Input) : HistoryEvent(Time)
{
    /// <summary>Empty means unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>Null means none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

public sealed record TaskCompleted(DateTime Time, int Id, string? Result) : HistoryEvent(Time);

/// <param name="NonRetriable">True when trying again cannot help: no activity of that name exists.</param>
public sealed record TaskFailed(DateTime Time, int Id, TaskFailureDetails Failure, bool NonRetriable) : HistoryEvent(Time);

public sealed record TimerCreated(DateTime Time, int Id, DateTime FireAt) : HistoryEvent(Time);

public sealed record TimerFired(DateTime Time, int Id) : HistoryEvent(Time);

public sealed record SubOrchestrationCreated(DateTime Time, int Id, string Name, string InstanceId, string? Input) : HistoryEvent(Time)
{
    /// <summary>Empty means unversioned.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>Null means none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

public sealed record SubOrchestrationCompleted(DateTime Time, int Id, string? Result) : HistoryEvent(Time);

/// <param name="NonRetriable">True when trying again cannot help: no orchestrator of that name exists.</param>
public sealed record SubOrchestrationFailed(DateTime Time, int Id, TaskFailureDetails Failure, bool NonRetriable) : HistoryEvent(Time);

/// <summary>The orchestrator sent an event to another instance. It is sent again after a crash until <see cref="EventDelivered"/> is there.</summary>
public sealed record EventSent(DateTime Time, int Id, string InstanceId, string Name, string? Input) : HistoryEvent(Time);

public sealed record EventDelivered(DateTime Time, int Id) : HistoryEvent(Time);

/// <summary>An event arrived from outside.</summary>
/// <param name="Source">The orchestrator that sent it, by which a second delivery is recognised; null when a client raised it.</param>
public sealed record EventRaised(DateTime Time, string Name, string? Input, EventSource? Source = null) : HistoryEvent(Time);

public sealed record CustomStatusSet(DateTime Time, string? Status) : HistoryEvent(Time);

public sealed record ExecutionSuspended(DateTime Time, string? Reason) : HistoryEvent(Time);

public sealed record ExecutionResumed(DateTime Time, string? Reason) : HistoryEvent(Time);

/// <summary>The last event: nothing that comes after it counts.</summary>
/// <param name="Status">Completed, Failed or Terminated.</param>
/// <param name="Output">Serialized; null means none.</param>
/// <param name="Failure">Set when failed.</param>
/// <param name="NonRetriable">True when a parent's retry cannot help.</param>
/// <param name="Recursive">True when the children are terminated too.</param>
public sealed record ExecutionCompleted(
    DateTime Time, OrchestrationRuntimeStatus Status, string? Output, TaskFailureDetails? Failure, bool NonRetriable = false, bool Recursive = false)
    : HistoryEvent(Time);

/// <summary>The operation of a parent that a sub-orchestration answers.</summary>
/// <param name="Generation">Which execution of the parent.</param>
/// <param name="OperationId">The id of its <see cref="SubOrchestrationCreated"/>.</param>
public sealed record ParentLink(string Name, string InstanceId, int Generation, int OperationId);

/// <summary>The operation of a sender that an event comes from.</summary>
/// <param name="Generation">Which execution of the sender.</param>
/// <param name="OperationId">The id of its <see cref="EventSent"/>.</param>
public sealed record EventSource(string InstanceId, int Generation, int OperationId);

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
