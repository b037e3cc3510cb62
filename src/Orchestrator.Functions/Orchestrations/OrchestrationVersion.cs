namespace Orchestrator.Functions.Orchestrations;

/// <summary>The version of the orchestration code, from the scheduler to the pump.</summary>
public static class OrchestrationVersion
{
    /// <summary>
    /// Every start names it, and host.json's <c>defaultVersion</c> is the same, so that the host fails instances that another version began. From the first release on
    /// it is raised by one with each change after which a recorded history would be asked for something else: other names, inputs, order or number of activities, timers,
    /// events and sub-orchestrations, or other decisions of the scheduler from the same facts. A sub-orchestration must be given it, too, or it has the host's default.
    /// </summary>
    public const string Current = "1";
}
