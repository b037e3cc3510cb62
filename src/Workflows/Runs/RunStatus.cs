namespace Orchestrator.Workflows.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    Pending,
    Running,
    Suspended,

    /// <summary>Nothing is ready, running or retrying, and something waits for an event or a time.</summary>
    Waiting,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}
