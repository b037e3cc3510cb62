using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The durable state of an instance that clients see. Immutable.</summary>
internal sealed record InstanceSnapshot(
    string InstanceId, int Generation, string Name, OrchestrationRuntimeStatus Status, DateTime CreatedAt, DateTime LastUpdatedAt)
{
    public string Version { get; init; } = string.Empty;

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public bool FailureIsNonRetriable { get; init; }

    public ParentLink? Parent { get; init; }

    /// <summary>Whether the instance was terminated together with its sub-orchestrations. After a crash some of them may still run.</summary>
    public bool ChildrenMustEnd { get; init; }

    public bool IsFinished =>
        Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public static InstanceSnapshot Of(
        string instanceId, int generation, ExecutionStarted started, OrchestrationRuntimeStatus status, string? customStatus) =>
        new(instanceId, generation, started.Name, status, started.CreatedAt, started.Time)
        {
            Version = started.Version,
            Input = started.Input,
            CustomStatus = customStatus,
            Tags = started.Tags,
            Parent = started.Parent,
        };

    /// <summary>Creates the snapshot of a history or of its extract.</summary>
    /// <param name="history">The events; the first is the start.</param>
    public static InstanceSnapshot Of(JournalId id, IReadOnlyList<HistoryEvent> history, DateTime now)
    {
        var started = (ExecutionStarted)history[0];
        var status = history.OfType<CustomStatusSet>().LastOrDefault() is { } set ? set.Status : started.CustomStatus;
        var isSuspended = history.LastOrDefault(historyEvent => historyEvent is ExecutionSuspended or ExecutionResumed) is ExecutionSuspended;
        var snapshot = Of(
            id.InstanceId, id.Generation, started,
            UnfinishedStatus(started, isSuspended, now),
            status) with
        { LastUpdatedAt = history.Max(historyEvent => historyEvent.Time) };
        return history.OfType<ExecutionCompleted>().FirstOrDefault() is { } end ? snapshot.WithEnd(end, status) : snapshot;
    }

    /// <summary>The status of an unfinished instance that was read from its history.</summary>
    public static OrchestrationRuntimeStatus UnfinishedStatus(ExecutionStarted started, bool isSuspended, DateTime now) =>
        isSuspended ? OrchestrationRuntimeStatus.Suspended
        : started.StartAt is { } startAt && startAt > now ? OrchestrationRuntimeStatus.Pending
        : OrchestrationRuntimeStatus.Running;

    /// <summary>The extract of an ended instance: its start and its end.</summary>
    public IEnumerable<HistoryEvent> Extract()
    {
        yield return new ExecutionStarted(CreatedAt, Name, Input, CreatedAt)
        {
            Version = Version,
            Tags = Tags,
            Parent = Parent,
            CustomStatus = CustomStatus,
        };
        yield return new ExecutionCompleted(LastUpdatedAt, Status, Output, Failure, FailureIsNonRetriable, ChildrenMustEnd);
    }

    public InstanceSnapshot WithEnd(ExecutionCompleted end, string? customStatus) => this with
    {
        Status = end.Status,
        Output = end.Output,
        Failure = end.Failure,
        FailureIsNonRetriable = end.NonRetriable,
        LastUpdatedAt = end.Time,
        CustomStatus = customStatus,
        ChildrenMustEnd = end.Recursive,
    };

    /// <summary>The event that tells the parent the result; null without a parent.</summary>
    public HistoryEvent? ToParentEvent(DateTime now) => Parent is not { } parent ? null
        : Status == OrchestrationRuntimeStatus.Completed ? new SubOrchestrationCompleted(now, parent.OperationId, Output)
        : new SubOrchestrationFailed(now, parent.OperationId, Failure ?? Terminated(), FailureIsNonRetriable);

    private TaskFailureDetails Terminated() =>
        new("OrchestrationTerminated", $"The sub-orchestration '{Name}' with the id '{InstanceId}' was terminated.", null, null, null);
}

/// <summary>The callers that wait for a later snapshot of one instance. Not thread-safe: the entry of the instance guards it.</summary>
internal sealed class SnapshotWaiters
{
    private readonly List<Waiter> _all = [];

    /// <summary>Adds a caller, which waits for a snapshot that satisfies the condition.</summary>
    public Waiter Add(Func<InstanceSnapshot, bool> condition)
    {
        var waiter = new Waiter(condition);
        _all.Add(waiter);
        return waiter;
    }

    /// <summary>Removes a caller that no longer waits.</summary>
    public void Remove(Waiter waiter) => _all.Remove(waiter);

    /// <summary>Completes the callers that wait for such a snapshot.</summary>
    public void Complete(InstanceSnapshot snapshot) => _all.RemoveAll(waiter => waiter.TryComplete(snapshot));

    /// <summary>Fails all callers.</summary>
    public void Fail(Exception reason)
    {
        _all.ForEach(waiter => waiter.Fail(reason));
        _all.Clear();
    }

    internal sealed class Waiter(Func<InstanceSnapshot, bool> condition)
    {
        private readonly TaskCompletionSource<InstanceSnapshot> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes with the snapshot.</summary>
        public Task<InstanceSnapshot> Reached => _reached.Task;

        /// <summary>Cancels <see cref="Reached"/> with the token, until the result is disposed.</summary>
        public CancellationTokenRegistration CancelOn(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
            static (waiter, token) => ((Waiter)waiter!)._reached.TrySetCanceled(token), this);

        public bool TryComplete(InstanceSnapshot snapshot)
        {
            if (!condition(snapshot))
            {
                return false;
            }

            _reached.TrySetResult(snapshot);
            return true;
        }

        public void Fail(Exception reason) => _reached.TrySetException(reason);
    }
}
