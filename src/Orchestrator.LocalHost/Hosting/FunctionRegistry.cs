namespace Orchestrator.LocalHost.Hosting;

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
