namespace Orchestrator.CrashSweep.Writes;

/// <summary>What goes wrong, once in a run.</summary>
public enum SweepFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The process dies, and the write never happened.</summary>
    DiesBefore,

    /// <summary>The process dies, and the write happened: nobody heard of it.</summary>
    DiesAfter,

    /// <summary>The process dies with half of an append written; any other write never happened.</summary>
    DiesTorn,

    /// <summary>The write to the content store fails once and did not happen. The process lives.</summary>
    FailsOnce,

    /// <summary>The write to the content store happened, and is reported as failed. The process lives.</summary>
    FailsAfterSuccess,

    /// <summary>For a minute from here on the content store neither reads nor writes; the journal does. The process lives.</summary>
    StoreAway,

    /// <summary>From here on every write fails, to the journal too, until the process is started again.</summary>
    DiskFull,

    /// <summary>An activity is executed twice at the same time. The process lives.</summary>
    RunsTwice,
}
