using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What the outside may know of an instance: everything in it is durable.</summary>
internal sealed record InstanceSnapshot(string InstanceId, int Generation, string Name, OrchestrationRuntimeStatus Status, DateTime CreatedAt, DateTime LastUpdatedAt)
{
    public string Version { get; init; } = string.Empty;

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public bool FailureIsNonRetriable { get; init; }

    public ParentLink? Parent { get; init; }

    /// <summary>True when the instance was terminated together with its children, of which a crash may have left some.</summary>
    public bool ChildrenMustEnd { get; init; }

    public bool IsFinished => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public static InstanceSnapshot Of(string instanceId, int generation, ExecutionStarted started, OrchestrationRuntimeStatus status, string? customStatus) =>
        new(instanceId, generation, started.Name, status, started.CreatedAt, started.Time)
        {
            Version = started.Version,
            Input = started.Input,
            CustomStatus = customStatus,
            Tags = started.Tags,
            Parent = started.Parent,
        };

    /// <summary>What a history, or an extract of one, says.</summary>
    /// <param name="history">Begins with the start.</param>
    public static InstanceSnapshot Of(JournalId id, IReadOnlyList<HistoryEvent> history, DateTime now)
    {
        var started = (ExecutionStarted)history[0];
        var status = history.OfType<CustomStatusSet>().LastOrDefault() is { } set ? set.Status : started.CustomStatus;
        var isSuspended = history.LastOrDefault(happened => happened is ExecutionSuspended or ExecutionResumed) is ExecutionSuspended;
        var snapshot = Of(
            id.InstanceId, id.Generation, started,
            isSuspended ? OrchestrationRuntimeStatus.Suspended
                : started.StartAt is { } startAt && startAt > now ? OrchestrationRuntimeStatus.Pending
                : OrchestrationRuntimeStatus.Running,
            status) with
        { LastUpdatedAt = history.Max(happened => happened.Time) };
        return history.OfType<ExecutionCompleted>().FirstOrDefault() is { } end ? snapshot.EndedBy(end, status) : snapshot;
    }

    /// <summary>The start and the end of the history of an instance that has ended.</summary>
    public IEnumerable<HistoryEvent> Extract()
    {
        yield return new ExecutionStarted(CreatedAt, Name, Input, CreatedAt) { Version = Version, Tags = Tags, Parent = Parent, CustomStatus = CustomStatus };
        yield return new ExecutionCompleted(LastUpdatedAt, Status, Output, Failure, FailureIsNonRetriable, ChildrenMustEnd);
    }

    public InstanceSnapshot EndedBy(ExecutionCompleted end, string? customStatus) => this with
    {
        Status = end.Status,
        Output = end.Output,
        Failure = end.Failure,
        FailureIsNonRetriable = end.NonRetriable,
        LastUpdatedAt = end.Time,
        CustomStatus = customStatus,
        ChildrenMustEnd = end.Recursive,
    };

    /// <summary>What the parent learns; null for an instance that has none.</summary>
    public HistoryEvent? Answer(DateTime now) => Parent is not { } parent ? null
        : Status == OrchestrationRuntimeStatus.Completed ? new SubOrchestrationCompleted(now, parent.OperationId, Output)
        : new SubOrchestrationFailed(now, parent.OperationId, Failure ?? Terminated(), FailureIsNonRetriable);

    private TaskFailureDetails Terminated() =>
        new("OrchestrationTerminated", $"The sub-orchestration '{Name}' with the id '{InstanceId}' was terminated.", null, null, null);
}
