namespace Orchestrator.Workflows.Scheduling;

/// <summary>Why a step was skipped or cancelled, as written in records and events.</summary>
public static class StepReason
{
    /// <summary>A step it depends on did not succeed.</summary>
    public const string Dependency = "dependency";

    /// <summary>The run stopped at a failure before this step was started.</summary>
    public const string Stop = "stop";

    /// <summary>The run was cancelled by request.</summary>
    public const string Cancel = "cancel";

    /// <summary>Its condition was false.</summary>
    public const string Condition = "condition";

    /// <summary>It is a fallback that was not needed, or belongs to an arm of a branch that was not chosen.</summary>
    public const string Arm = "arm";

    /// <summary>A repeated step has another turn before it.</summary>
    public const string Repeat = "repeat";

    /// <summary>The run ended without it: its orchestration was terminated or purged, or its host was lost.</summary>
    public const string Lost = "lost";

    /// <summary>The run had its time.</summary>
    public const string Timeout = "timeout";
}
