namespace Orchestrator.Functions.Orchestrations;

/// <summary>The version of the orchestration code, from the scheduler to the pump.</summary>
public static class OrchestrationVersion
{
    /// <summary>
    /// Every start passes it, and host.json's <c>defaultVersion</c> is the same, so that the host fails instances that another version began. From
    /// the first release on, raise it by one with each change after which the code no longer replays recorded histories: other names, inputs, order
    /// or number of activities, timers, events and sub-orchestrations, or other decisions of the scheduler from the same facts. Pass it to
    /// sub-orchestrations, too: without it they get the host's default.
    /// </summary>
    public const string Current = "1";
}
