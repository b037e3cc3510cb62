using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Functions;

/// <summary>
/// One run of an orchestrator's code: its context with input and services. A replay after a restart is a run of its own. Not thread-safe.
/// </summary>
public sealed class OrchestratorInvocation
{
    private readonly DataConverter _converter;
    private string? _invocationId;

    internal OrchestratorInvocation(
        TaskOrchestrationContext context, string? serializedInput, DataConverter converter, IServiceProvider services,
        CancellationToken cancellationToken)
    {
        _converter = converter;
        Context = context;
        SerializedInput = serializedInput;
        Services = services;
        CancellationToken = cancellationToken;
    }

    /// <summary>The orchestrator's context.</summary>
    public TaskOrchestrationContext Context { get; }

    /// <summary>
    /// A new id for each run of the code: 32 hexadecimal digits. It differs between replays, so orchestrator code must not depend on it.
    /// </summary>
    public string InvocationId => _invocationId ??= Guid.NewGuid().ToString("N");

    /// <summary>The input as the <see cref="DataConverter"/> wrote it, JSON by default; null for no input.</summary>
    public string? SerializedInput { get; }

    /// <summary>The host's services, without a scope. Orchestrator code must not do I/O through them.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Cancelled when the host stops. Orchestrator code must not observe it.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The input as <paramref name="type"/>; null when there is none.</summary>
    public object? GetInput(Type type) => _converter.Deserialize(SerializedInput, type);

    /// <summary>The input as <typeparamref name="T"/>; its default when there is none.</summary>
    public T? GetInput<T>() => SerializedInput is null ? default : _converter.Deserialize<T>(SerializedInput);
}
