namespace Orchestrator.CrashSweep.Writes;

/// <summary>The fault of a run, which happens once.</summary>
public enum SweepFault
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>The process is killed before the write.</summary>
    DiesBefore,

    /// <summary>The process is killed after the write and before its caller continues.</summary>
    DiesAfter,

    /// <summary>The process is killed with half of an append written; any other write is not carried out.</summary>
    DiesTorn,

    /// <summary>
    /// The machine loses its power after the write and before its caller continues: as <see cref="DiesAfter"/>, and what was appended without a flush
    /// is lost.
    /// </summary>
    PowerFails,

    /// <summary>The write to the content store fails once without effect. The process continues.</summary>
    FailsOnce,

    /// <summary>The write to the content store is carried out and reported as failed. The process continues.</summary>
    FailsAfterSuccess,

    /// <summary>For a minute from here on the content store fails reads and writes; the journal works. The process continues.</summary>
    StoreAway,

    /// <summary>From here on every write fails, also to the journal, until the process is restarted.</summary>
    DiskFull,

    /// <summary>An activity is executed twice at the same time. The process continues.</summary>
    RunsTwice,
}
