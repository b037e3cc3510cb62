using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Sdk.Contracts.Tests.Fakes;

/// <summary>Overrides the abstract members only, and notes the arguments that reach them.</summary>
internal class RecordingClient() : DurableTaskClient("recording")
{
    private static readonly OrchestrationMetadata Some = new("Name", "id");

    public List<string> Calls { get; } = [];

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default) =>
        Note($"schedule {orchestratorName} {input ?? "null"} {options?.InstanceId ?? "null"}", "id", cancellation);

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        Note($"raise {instanceId} {eventName} {eventPayload ?? "null"}", true, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Note($"started {instanceId} {getInputsAndOutputs}", Some, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Note($"completed {instanceId} {getInputsAndOutputs}", Some, cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        Note($"suspend {instanceId} {reason ?? "null"}", true, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        Note($"resume {instanceId} {reason ?? "null"}", true, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Note<OrchestrationMetadata?>($"get {instanceId} {getInputsAndOutputs}", null, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        Pageable.Create((_, _) => Task.FromResult(new Page<OrchestrationMetadata>([])));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected Task<T> Note<T>(string call, T result, CancellationToken cancellation)
    {
        Calls.Add(cancellation.CanBeCanceled ? call + " cancellable" : call);
        return Task.FromResult(result);
    }
}
