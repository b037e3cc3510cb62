namespace Orchestrator.LocalHost.Hosting;

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
