namespace Orchestrator.LocalHost.Hosting;

/// <summary>An orchestrator under a name. The result is serialized by the host's data converter; null is a result too.</summary>
/// <param name="Name">Unique among the orchestrators, not case sensitive.</param>
/// <param name="Invoke">Runs its code. Everything it awaits must come from the context.</param>
public sealed record OrchestratorRegistration(string Name, Func<OrchestratorInvocation, Task<object?>> Invoke)
{
    /// <summary>What the orchestrator expects as its input; null when it does not say.</summary>
    public Type? InputType { get; init; }
}
