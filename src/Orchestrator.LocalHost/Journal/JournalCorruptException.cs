namespace Orchestrator.LocalHost.Journal;

/// <summary>A record before the end of a history is damaged. The instance is refused and its bytes are kept as they are.</summary>
public sealed class JournalCorruptException : JournalException
{
    /// <summary>Describes the damage.</summary>
    /// <param name="location">The file, or whatever the provider keeps histories in.</param>
    /// <param name="record">The damaged record: 0 is the header, 1 the first event.</param>
    /// <param name="offset">Where it begins, in bytes from the start.</param>
    /// <param name="problem">What is wrong with it: the end of a sentence.</param>
    public JournalCorruptException(string location, long record, long offset, string problem)
        : base($"The history in '{location}' is corrupt: record {record} at byte {offset} {problem}. "
            + "The file was left as it is. Restore it from a backup, or move it away to give the instance up.")
    {
        Location = location;
        Record = record;
        Offset = offset;
    }

    /// <summary>The file, or whatever the provider keeps histories in.</summary>
    public string Location { get; }

    /// <summary>The damaged record: 0 is the header, 1 the first event.</summary>
    public long Record { get; }

    /// <summary>Where the record begins, in bytes from the start.</summary>
    public long Offset { get; }
}
