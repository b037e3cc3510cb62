using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;

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

    public InstanceSnapshot EndedBy(ExecutionCompleted end, string? customStatus) => this with
    {
        Status = end.Status,
        Output = end.Output,
        Failure = end.Failure,
        FailureIsNonRetriable = end.NonRetriable,
        LastUpdatedAt = end.Time,
        CustomStatus = customStatus,
    };

    /// <summary>What the parent learns; null for an instance that has none.</summary>
    public HistoryEvent? Answer(DateTime now) => Parent is not { } parent ? null
        : Status == OrchestrationRuntimeStatus.Completed ? new SubOrchestrationCompleted(now, parent.OperationId, Output)
        : new SubOrchestrationFailed(now, parent.OperationId, Failure ?? Terminated(), FailureIsNonRetriable);

    private TaskFailureDetails Terminated() =>
        new("OrchestrationTerminated", $"The sub-orchestration '{Name}' with the id '{InstanceId}' was terminated.", null, null, null);
}
