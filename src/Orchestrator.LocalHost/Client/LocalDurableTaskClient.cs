using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Client;

/// <summary>The client of a local host. What it answers is durable. Thread safe.</summary>
/// <remarks>
/// As with the real service, events, suspensions and terminations for an instance that is unknown or finished are dropped without an error. Unlike there,
/// their tasks complete only when what they asked for is recorded and has happened.
/// </remarks>
internal sealed partial class LocalDurableTaskClient(string name, OrchestrationEngine engine) : DurableTaskClient(name)
{
    public override DurableEntityClient Entities => throw new NotSupportedException(
        "Durable entities are not supported by the local host. Keep the state in a store of your own, or run the app on Azure Functions.");

    /// <exception cref="OrchestrationAlreadyExistsException">
    /// An instance of the id exists in a state that <see cref="StartOrchestrationOptions.DedupeStatuses"/> names; without it: is not finished.
    /// </exception>
    /// <exception cref="JournalException">The id belongs to a refused instance, or the journal cannot be written.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        if (string.IsNullOrEmpty(orchestratorName.Name))
        {
            throw new ArgumentNullException(nameof(orchestratorName), "An orchestration is started by its orchestrator's name.");
        }

        cancellation.ThrowIfCancellationRequested();
        var instanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        CheckId(instanceId);
        var now = engine.Time.GetUtcNow().UtcDateTime;
        var started = new ExecutionStarted(now, orchestratorName.Name, engine.Converter.Serialize(input), now)
        {
            Version = options?.Version is { } version ? version.Version ?? string.Empty : engine.DefaultVersion,
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            StartAt = options?.StartAt?.UtcDateTime,
        };
        await engine.CreateAsync(instanceId, started, Dedupe(options)).WaitAsync(cancellation).ConfigureAwait(false);
        return instanceId;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return PostAsync(instanceId, new EventRaised(Now, eventName, engine.Converter.Serialize(eventPayload)), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        return PostAsync(instanceId, new ExecutionSuspended(Now, reason), cancellation);
    }

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        return PostAsync(instanceId, new ExecutionResumed(Now, reason), cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        engine.ThrowIfStopped();
        return engine.TerminateAsync(instanceId, engine.Converter.Serialize(options?.Output), options?.Recursive ?? false).WaitAsync(cancellation);
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WhenAsync(instanceId, static snapshot => snapshot.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation).ConfigureAwait(false);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WhenAsync(instanceId, static snapshot => snapshot.IsFinished, getInputsAndOutputs, cancellation).ConfigureAwait(false);

    /// <exception cref="JournalException">The instance is refused: its history is damaged or cannot be written.</exception>
    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return await engine.FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false) is { } snapshot ? Metadata(snapshot, getInputsAndOutputs) : null;
    }

    /// <summary>Runs an instance's orchestrator again with the same input, under the same id or a new one.</summary>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The same id is asked for and the instance is not finished.</exception>
    public override async Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        CheckId(instanceId);
        if (await engine.FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false) is not { } snapshot)
        {
            throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        }

        if (!restartWithNewInstanceId && !snapshot.IsFinished)
        {
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be restarted: it is {snapshot.Status}. Terminate it first, or restart it under a new id.");
        }

        var now = Now;
        var started = new ExecutionStarted(now, snapshot.Name, snapshot.Input, now) { Version = snapshot.Version, Tags = snapshot.Tags };
        var newId = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        await engine.CreateAsync(newId, started, null).WaitAsync(cancellation).ConfigureAwait(false);
        return newId;
    }

    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default) => throw new NotSupportedException(
        "The local host does not rewind: a rewind is unsafe together with retries. Start a new instance that reuses what was finished.");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DateTime Now => engine.Time.GetUtcNow().UtcDateTime;

    private static void CheckId(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId[0] == '@')
        {
            throw new ArgumentException(
                $"'{instanceId}' is the id of an entity, for which the local host has no support: instance ids do not begin with '@'.", nameof(instanceId));
        }

        if (instanceId.Length > LongestId)
        {
            throw new ArgumentException($"An instance id has at most {LongestId} characters; this one has {instanceId.Length}.", nameof(instanceId));
        }
    }

    private const int LongestId = 1024;

    private static HashSet<OrchestrationRuntimeStatus>? Dedupe(StartOrchestrationOptions? options) => options?.DedupeStatuses?
        .Select(status => Enum.TryParse<OrchestrationRuntimeStatus>(status, ignoreCase: true, out var known)
            ? known
            : throw new ArgumentException($"Invalid orchestration runtime status: '{status}' for deduplication.", nameof(options)))
        .ToHashSet();

    private Task PostAsync(string instanceId, HistoryEvent happened, CancellationToken cancellation)
    {
        engine.ThrowIfStopped();
        return engine.PostAsync(instanceId, happened).WaitAsync(cancellation);
    }

    private async Task<OrchestrationMetadata> WhenAsync(string instanceId, Func<InstanceSnapshot, bool> condition, bool payloads, CancellationToken cancellation)
    {
        CheckId(instanceId);
        return Metadata(await engine.WhenAsync(instanceId, condition, cancellation).ConfigureAwait(false), payloads);
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
