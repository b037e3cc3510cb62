using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Client;

/// <summary>The client of a <c>LocalDurableHost</c>. It returns only durable state. Thread-safe.</summary>
/// <remarks>
/// As on Azure, events, suspensions and terminations for an unknown or finished instance are dropped without an error. Unlike there, their tasks
/// complete only after the operation is durable and was processed.
/// </remarks>
internal sealed partial class LocalDurableTaskClient(string name, OrchestrationEngine engine) : DurableTaskClient(name)
{
    public override DurableEntityClient Entities => throw new NotSupportedException(LocalOrchestrationContext.EntitiesNotSupported);

    /// <exception cref="OrchestrationAlreadyExistsException">
    /// An instance with the id exists in a status of <see cref="StartOrchestrationOptions.DedupeStatuses"/>, or is unfinished when those are not set.
    /// </exception>
    /// <exception cref="JournalException">The id belongs to a refused instance, or the journal cannot be written.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrEmpty(orchestratorName.Name))
        {
            throw new ArgumentNullException(nameof(orchestratorName), "An orchestration is started by its orchestrator's name.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var instanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        CheckId(instanceId);
        var now = engine.Time.GetUtcNow().UtcDateTime;
        var started = new ExecutionStarted(now, orchestratorName.Name, engine.Converter.Serialize(input), now)
        {
            Version = options?.Version is { } version ? version.Version ?? string.Empty : engine.DefaultVersion,
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            StartAt = options?.StartAt?.UtcDateTime,
        };
        await engine.CreateAsync(instanceId, started, Dedupe(options)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return instanceId;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return PostAsync(instanceId, new EventRaised(Now, eventName, engine.Converter.Serialize(eventPayload)), cancellationToken);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        return PostAsync(instanceId, new ExecutionSuspended(Now, reason), cancellationToken);
    }

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        return PostAsync(instanceId, new ExecutionResumed(Now, reason), cancellationToken);
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        engine.ThrowIfStopped();
        var output = engine.Converter.Serialize(options?.Output);
        return engine.TerminateAsync(instanceId, output, options?.Recursive ?? false).WaitAsync(cancellationToken);
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellationToken = default) =>
        await WhenAsync(instanceId, static snapshot => snapshot.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellationToken)
            .ConfigureAwait(false);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellationToken = default) =>
        await WhenAsync(instanceId, static snapshot => snapshot.IsFinished, getInputsAndOutputs, cancellationToken).ConfigureAwait(false);

    /// <exception cref="JournalException">The instance is refused: its history is damaged or cannot be written.</exception>
    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        cancellationToken.ThrowIfCancellationRequested();
        return await engine.FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } snapshot
            ? Metadata(snapshot, getInputsAndOutputs)
            : null;
    }

    /// <summary>Starts an instance's orchestrator again with the same input, under the same id or a new one.</summary>
    /// <exception cref="ArgumentException">The instance is unknown.</exception>
    /// <exception cref="InvalidOperationException">The id is to be kept and the instance is unfinished.</exception>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellationToken = default)
    {
        CheckId(instanceId);
        if (await engine.FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is not { } snapshot)
        {
            throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        }

        if (!restartWithNewInstanceId && !snapshot.IsFinished)
        {
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be restarted: it is {snapshot.Status}. "
                + "Terminate it first, or restart it under a new id.");
        }

        var now = Now;
        var started = new ExecutionStarted(now, snapshot.Name, snapshot.Input, now) { Version = snapshot.Version, Tags = snapshot.Tags };
        var newId = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        await engine.CreateAsync(newId, started, null).WaitAsync(cancellationToken).ConfigureAwait(false);
        return newId;
    }

    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(
            "The local host does not rewind: a rewind is unsafe together with retries. Start a new instance that reuses what was finished.");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DateTime Now => engine.Time.GetUtcNow().UtcDateTime;

    private static void CheckId(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId[0] == '@')
        {
            throw new ArgumentException(
                $"'{instanceId}' is the id of an entity, for which the local host has no support: instance ids do not begin with '@'.",
                nameof(instanceId));
        }

        if (instanceId.Length > MaxIdLength)
        {
            throw new ArgumentException(
                $"An instance id has at most {MaxIdLength} characters; this one has {instanceId.Length}.", nameof(instanceId));
        }
    }

    private const int MaxIdLength = 1024;

    private static HashSet<OrchestrationRuntimeStatus>? Dedupe(StartOrchestrationOptions? options) => options?.DedupeStatuses?
        .Select(status => Enum.TryParse<OrchestrationRuntimeStatus>(status, ignoreCase: true, out var known)
            ? known
            : throw new ArgumentException($"Invalid orchestration runtime status: '{status}' for deduplication.", nameof(options)))
        .ToHashSet();

    private Task PostAsync(string instanceId, HistoryEvent historyEvent, CancellationToken cancellationToken)
    {
        engine.ThrowIfStopped();
        return engine.PostAsync(instanceId, historyEvent).WaitAsync(cancellationToken);
    }

    private async Task<OrchestrationMetadata> WhenAsync(
        string instanceId, Func<InstanceSnapshot, bool> condition, bool payloads, CancellationToken cancellationToken)
    {
        CheckId(instanceId);
        return Metadata(await engine.WhenAsync(instanceId, condition, cancellationToken).ConfigureAwait(false), payloads);
    }

    private OrchestrationMetadata Metadata(InstanceSnapshot snapshot, bool payloads)
    {
        var updated = snapshot.LastUpdatedAt;
        if (!snapshot.IsFinished && engine.Find(snapshot.InstanceId)?.Live is { } live && live.LastUpdatedAt > updated)
        {
            updated = live.LastUpdatedAt;
        }

        return new OrchestrationMetadata(snapshot.Name, snapshot.InstanceId)
        {
            DataConverter = payloads ? engine.Converter : null,
            RuntimeStatus = snapshot.Status,
            CreatedAt = snapshot.CreatedAt,
            LastUpdatedAt = updated,
            SerializedInput = payloads ? snapshot.Input : null,
            SerializedOutput = payloads ? snapshot.Output : null,
            SerializedCustomStatus = payloads ? snapshot.CustomStatus : null,
            FailureDetails = payloads ? snapshot.Failure : null,
            Tags = snapshot.Tags ?? NoTags,
        };
    }

    private static readonly Dictionary<string, string> NoTags = [];
}
