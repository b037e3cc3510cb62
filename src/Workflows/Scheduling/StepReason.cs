namespace Orchestrator.Workflows.Scheduling;

/// <summary>Why a step was skipped or cancelled, as written in records and events.</summary>
public static class StepReason
{
    /// <summary>Skipped: a step that it depends on did not succeed.</summary>
    public const string Dependency = "dependency";

    /// <summary>Cancelled: the run stopped at a failure.</summary>
    public const string Stop = "stop";

    /// <summary>Cancelled: a caller cancelled the run.</summary>
    public const string Cancel = "cancel";

    /// <summary>Skipped: its condition was false.</summary>
    public const string Condition = "condition";

    /// <summary>Skipped: a fallback step that no step called, or a step in an arm of a branch that was not chosen.</summary>
    public const string Arm = "arm";

    /// <summary>Not an end: a repeated step will take another turn.</summary>
    public const string Repeat = "repeat";

    /// <summary>Cancelled: the run ended without the step, since its orchestration was terminated or purged, or its host was lost.</summary>
    public const string Lost = "lost";

    /// <summary>Cancelled: the time limit of the run has passed.</summary>
    public const string Timeout = "timeout";
}
