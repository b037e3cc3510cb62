namespace Orchestrator.Workflows.Definitions;

/// <summary>What the failure of a step does to the rest of the run.</summary>
public enum FailurePolicy
{
    /// <summary>Start nothing new; running steps finish and are checkpointed.</summary>
    Stop,
}
