namespace Orchestrator.LocalHost.Functions;

/// <summary>What the host can run, by name.</summary>
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

/// <summary>An orchestrator under a name. The result is serialized by the host's data converter; null is a result too.</summary>
/// <param name="Name">Unique among the orchestrators, not case sensitive.</param>
/// <param name="Invoke">Runs its code. Everything it awaits must come from the context.</param>
public sealed record OrchestratorRegistration(string Name, Func<OrchestratorInvocation, Task<object?>> Invoke)
{
    /// <summary>What the orchestrator expects as its input; null when it does not say.</summary>
    public Type? InputType { get; init; }
}

/// <summary>An activity under a name. The result is serialized by the host's data converter; null is a result too.</summary>
/// <param name="Name">Unique among the activities, not case sensitive.</param>
/// <param name="Invoke">Runs it on a thread of the pool. An exception becomes the failure that the orchestrator sees.</param>
public sealed record ActivityRegistration(string Name, Func<ActivityInvocation, Task<object?>> Invoke)
{
    /// <summary>What the activity expects as its input; null when it does not say.</summary>
    public Type? InputType { get; init; }

    /// <summary>False for an activity that never asks for services: no scope is made for it then. The default is true.</summary>
    public bool UsesServices { get; init; } = true;
}
