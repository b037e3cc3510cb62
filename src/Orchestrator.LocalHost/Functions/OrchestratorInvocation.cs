using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Functions;

/// <summary>One run of an orchestrator's code, as a function binder needs it. After a restart the same code runs again over its history.</summary>
public sealed class OrchestratorInvocation
{
    private readonly DataConverter _converter;
    private string? _invocationId;

    internal OrchestratorInvocation(
        TaskOrchestrationContext context, string? serializedInput, DataConverter converter, IServiceProvider services, CancellationToken cancellation)
    {
        _converter = converter;
        Context = context;
        SerializedInput = serializedInput;
        Services = services;
        CancellationToken = cancellation;
    }

    /// <summary>The orchestrator's context.</summary>
    public TaskOrchestrationContext Context { get; }

    /// <summary>A new id for each run of the code, 32 hex digits. It differs between replays: nothing may depend on it.</summary>
    public string InvocationId => _invocationId ??= Guid.NewGuid().ToString("N");

    /// <summary>The input as the <see cref="DataConverter"/> wrote it (JSON by default); null means none.</summary>
    public string? SerializedInput { get; }

    /// <summary>The host's services, not scoped: an orchestrator outlives every scope. It must not do I/O through them.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Fires when the host stops. For binders only: orchestrator code must not look at it.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The input as <paramref name="type"/>; null when there is none.</summary>
    public object? GetInput(Type type) => _converter.Deserialize(SerializedInput, type);

    /// <summary>The input as <typeparamref name="T"/>; its default when there is none.</summary>
    public T? GetInput<T>() => SerializedInput is null ? default : _converter.Deserialize<T>(SerializedInput);
}
