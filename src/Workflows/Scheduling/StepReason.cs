namespace Orchestrator.Workflows.Scheduling;

/// <summary>Why a step was skipped or cancelled, as written in records and events.</summary>
public static class StepReason
{
    /// <summary>A step it depends on did not succeed.</summary>
    public const string Dependency = "dependency";

    /// <summary>The run stopped at a failure before this step was started.</summary>
    public const string Stop = "stop";

    /// <summary>Somebody cancelled the run.</summary>
    public const string Cancel = "cancel";
}
