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
