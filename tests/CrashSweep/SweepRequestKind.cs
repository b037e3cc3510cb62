namespace Orchestrator.CrashSweep;

/// <summary>What a client can want of a run that was started.</summary>
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
