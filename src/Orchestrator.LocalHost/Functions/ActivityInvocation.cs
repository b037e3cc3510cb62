using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Functions;

/// <summary>One execution of an activity, as a function binder needs it. It is also the activity's <see cref="TaskActivityContext"/>.</summary>
/// <remarks>An activity runs at least once: after a crash it may run again with the same instance and task id, even at the same time on another host.</remarks>
public sealed class ActivityInvocation : TaskActivityContext
{
    private readonly string _name;
    private readonly DataConverter _converter;
    private string? _invocationId;

    internal ActivityInvocation(
        string name, string instanceId, string version, string? serializedInput, DataConverter converter, IServiceProvider services, CancellationToken cancellation)
    {
        _name = name;
        _converter = converter;
        InstanceId = instanceId;
        Version = version;
        SerializedInput = serializedInput;
        Services = services;
        CancellationToken = cancellation;
    }

    /// <inheritdoc/>
    public override TaskName Name => new(_name);

    /// <inheritdoc/>
    public override string InstanceId { get; }

    /// <inheritdoc/>
    public override string Version { get; }

    /// <summary>A new id for each execution, 32 hex digits.</summary>
    public string InvocationId => _invocationId ??= Guid.NewGuid().ToString("N");

    /// <summary>The input as the <see cref="DataConverter"/> wrote it (JSON by default); null means none.</summary>
    public string? SerializedInput { get; }

    /// <summary>A scope of its own for each execution, if the host was given a service provider that can make scopes.</summary>
    public IServiceProvider Services { get; }

    /// <summary>
    /// Fires when the host stops and has waited long enough. An activity that ends by an exception after that runs again at the next start, and one
    /// that returns within ten seconds has its result recorded.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The input as <paramref name="type"/>; null when there is none.</summary>
    public object? GetInput(Type type) => _converter.Deserialize(SerializedInput, type);

    /// <summary>The input as <typeparamref name="T"/>; its default when there is none.</summary>
    public T? GetInput<T>() => SerializedInput is null ? default : _converter.Deserialize<T>(SerializedInput);
}
