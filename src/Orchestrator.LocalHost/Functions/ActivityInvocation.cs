using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Functions;

/// <summary>One execution of an activity: its <see cref="TaskActivityContext"/> with input, services and cancellation. Not thread-safe.</summary>
/// <remarks>An activity runs at least once: after a crash it can run again for the same call, even at the same time in another process.</remarks>
public sealed class ActivityInvocation : TaskActivityContext
{
    private readonly string _name;
    private readonly DataConverter _converter;
    private string? _invocationId;

    internal ActivityInvocation(
        string name, string instanceId, string version, string? serializedInput, DataConverter converter, IServiceProvider services,
        CancellationToken cancellationToken)
    {
        _name = name;
        _converter = converter;
        InstanceId = instanceId;
        Version = version;
        SerializedInput = serializedInput;
        Services = services;
        CancellationToken = cancellationToken;
    }

    /// <inheritdoc/>
    public override TaskName Name => new(_name);

    /// <inheritdoc/>
    public override string InstanceId { get; }

    /// <inheritdoc/>
    public override string Version { get; }

    /// <summary>A new id for each execution: 32 hexadecimal digits.</summary>
    public string InvocationId => _invocationId ??= Guid.NewGuid().ToString("N");

    /// <summary>The input as the <see cref="DataConverter"/> wrote it, JSON by default; null for no input.</summary>
    public string? SerializedInput { get; }

    /// <summary>The services: a scope for this execution, if the host's service provider supports scopes.</summary>
    public IServiceProvider Services { get; }

    /// <summary>
    /// Cancelled when the host stops and its stop timeout has elapsed. An activity that throws after that runs again at the next start; the result of
    /// one that returns within 10 s is recorded.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The input as <paramref name="type"/>. None is read as JSON's null, as the SDK's worker reads it: types that cannot be null are refused.</summary>
    /// <exception cref="System.Text.Json.JsonException">It cannot be read as <paramref name="type"/> (from the default converter).</exception>
    public object? GetInput(Type type) => _converter.Deserialize(SerializedInput ?? "null", type);

    /// <summary>The input as <typeparamref name="T"/>. None is read as JSON's null, as the SDK's worker reads it: types that cannot be null are refused.</summary>
    /// <exception cref="System.Text.Json.JsonException">It cannot be read as <typeparamref name="T"/> (from the default converter).</exception>
    public T? GetInput<T>() => _converter.Deserialize<T>(SerializedInput ?? "null");
}
