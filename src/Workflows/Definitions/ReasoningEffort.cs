namespace Orchestrator.Workflows.Definitions;

/// <summary>How much a model thinks before it answers; thinking is paid as output. Models know some of these levels.</summary>
public enum ReasoningEffort
{
    None,
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}
