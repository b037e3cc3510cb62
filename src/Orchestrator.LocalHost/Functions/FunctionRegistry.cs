using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Functions;

/// <summary>The orchestrators and activities of a host by name, not case-sensitive.</summary>
internal sealed class FunctionRegistry
{
    private readonly Dictionary<string, OrchestratorRegistration> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ActivityRegistration> _activities = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<OrchestratorRegistration> Orchestrators => _orchestrators.Values;

    public IReadOnlyCollection<ActivityRegistration> Activities => _activities.Values;

    public void Add(OrchestratorRegistration orchestrator) => Add(_orchestrators, orchestrator.Name, orchestrator, "orchestrator");

    public void Add(ActivityRegistration activity) => Add(_activities, activity.Name, activity, "activity");

    public OrchestratorRegistration? FindOrchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    public ActivityRegistration? FindActivity(string name) => _activities.GetValueOrDefault(name);

    private static void Add<T>(Dictionary<string, T> functions, string name, T function, string kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!functions.TryAdd(name, function))
        {
            throw new ArgumentException($"The {kind} '{name}' is registered twice. Names are not case sensitive: rename one.", nameof(name));
        }
    }
}

/// <summary>A named orchestrator. The host's data converter serializes its result; null is a valid result. Immutable.</summary>
/// <param name="Name">Unique among the orchestrators, not case-sensitive.</param>
/// <param name="Invoke">Runs the code. It may await only tasks of the context. An exception fails the instance.</param>
public sealed record OrchestratorRegistration(string Name, Func<OrchestratorInvocation, Task<object?>> Invoke)
{
    /// <summary>The type of the input; null when it is not declared.</summary>
    public Type? InputType { get; init; }
}

/// <summary>A named activity. The host's data converter serializes its result; null is a valid result. Immutable.</summary>
/// <param name="Name">Unique among the activities, not case-sensitive.</param>
/// <param name="Invoke">Runs the activity on the thread pool. The orchestrator gets an exception as a task failure.</param>
public sealed record ActivityRegistration(string Name, Func<ActivityInvocation, Task<object?>> Invoke)
{
    /// <summary>The type of the input; null when it is not declared.</summary>
    public Type? InputType { get; init; }

    /// <summary>Whether each execution gets a service scope. The default is true.</summary>
    public bool UsesServices { get; init; } = true;
}

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

    /// <summary>
    /// The input as <paramref name="type"/>. None is read as JSON's null, as the SDK's worker reads it: types that cannot be null are refused.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">It cannot be read as <paramref name="type"/> (from the default converter).</exception>
    public object? GetInput(Type type) => _converter.Deserialize(SerializedInput ?? "null", type);

    /// <summary>
    /// The input as <typeparamref name="T"/>. None is read as JSON's null, as the SDK's worker reads it: types that cannot be null are refused.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">It cannot be read as <typeparamref name="T"/> (from the default converter).</exception>
    public T? GetInput<T>() => _converter.Deserialize<T>(SerializedInput ?? "null");
}
