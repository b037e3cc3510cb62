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
}
