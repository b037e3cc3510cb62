namespace Orchestrator.CrashSweep;

/// <summary>The requests of a client after the start.</summary>
public enum SweepRequestKind
{
    Cancel,
    Suspend,
    Continue,
    Resume,
    Fork,
    Delete,

    /// <summary>The process is killed, and those that follow are of another version.</summary>
    Upgrade,
}
