namespace Orchestrator.LocalHost.Journal;

/// <summary>The journal cannot do what it must: the device failed, the folder is in use or not writable. The message names the remedy.</summary>
public class JournalException : Exception
{
    public JournalException()
    {
    }

    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>An append expected another number of records than there are: two writers, or a writer with a stale position.</summary>
public sealed class JournalConflictException : JournalException
{
    /// <summary>Describes the conflict.</summary>
    public JournalConflictException(JournalId id, long expected, long actual)
        : base($"The history of '{id}' has {actual} records, the append expected {expected}. "
            + "Another writer is at work on it, or the writer's position is stale: read it again.")
    {
        Id = id;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The history.</summary>
    public JournalId Id { get; }

    /// <summary>The position that the append named.</summary>
    public long Expected { get; }

    /// <summary>The position that was found.</summary>
    public long Actual { get; }
}

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

/// <summary>A newer version of the program wrote a history. The instance is refused and its bytes are kept as they are.</summary>
public sealed class JournalVersionException : JournalException
{
    /// <summary>Says what was found and what to do.</summary>
    /// <param name="location">The file, or whatever the provider keeps histories in.</param>
    /// <param name="record">The first record of the newer format: 0 is the header, 1 the first event.</param>
    /// <param name="offset">Where it begins, in bytes from the start.</param>
    /// <param name="version">The version of its format.</param>
    public JournalVersionException(string location, long record, long offset, int version)
        : base($"The history in '{location}' was written by a newer version of this program: record {record} at byte {offset} has format {version}, "
            + $"this version reads up to {RecordFrame.Version}. Run the newer version; nothing was changed.")
    {
        Location = location;
        Record = record;
        Offset = offset;
        Version = version;
    }

    /// <summary>The file, or whatever the provider keeps histories in.</summary>
    public string Location { get; }

    /// <summary>The first record of the newer format: 0 is the header, 1 the first event.</summary>
    public long Record { get; }

    /// <summary>Where the record begins, in bytes from the start.</summary>
    public long Offset { get; }

    /// <summary>The version of the record's format.</summary>
    public int Version { get; }
}
