using Orchestrator.Storage;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The journal failed: a write or read failed, or the journal is in use or not writable. The message names the remedy.</summary>
public class JournalException : Exception
{
    /// <summary>Creates the exception with a default message.</summary>
    public JournalException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public JournalException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public JournalException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>An append expected another number of records than the history has: there is a second writer, or the position is outdated.</summary>
public sealed class JournalConflictException : JournalException
{
    /// <summary>Creates the exception with the expected and the actual number of records.</summary>
    public JournalConflictException(JournalId id, long expected, long actual)
        : base($"The history of '{id}' has {actual} records, the append expected {expected}. "
            + "There is another writer, or the writer's position is outdated: read the history again.")
    {
        Id = id;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The id of the history.</summary>
    public JournalId Id { get; }

    /// <summary>The number of records that the append expected.</summary>
    public long Expected { get; }

    /// <summary>The number of records of the history.</summary>
    public long Actual { get; }
}

/// <summary>A record before the end of a history is damaged. The instance is refused; its history is not changed.</summary>
public sealed class JournalCorruptException : JournalException
{
    /// <summary>Creates the exception for one damaged record.</summary>
    /// <param name="location">The file or blob.</param>
    /// <param name="record">The damaged record: 0 is the header, 1 the first event.</param>
    /// <param name="offset">The offset of the record in bytes.</param>
    /// <param name="problem">The damage, as the end of a sentence.</param>
    public JournalCorruptException(string location, long record, long offset, string problem)
        : base($"The history in '{location}' is corrupt: record {record} at byte {offset} {problem}. "
            + "The file was left as it is. Restore it from a backup, or move it away to abandon the instance.")
    {
        Location = location;
        Record = record;
        Offset = offset;
    }

    /// <summary>The file or blob.</summary>
    public string Location { get; }

    /// <summary>The damaged record: 0 is the header, 1 the first event.</summary>
    public long Record { get; }

    /// <summary>The offset of the record in bytes.</summary>
    public long Offset { get; }
}

/// <summary>A newer version of the program wrote a history. The instance is refused; its history is not changed.</summary>
public sealed class JournalVersionException : JournalException
{
    /// <summary>Creates the exception for the first record of the newer format.</summary>
    /// <param name="location">The file or blob.</param>
    /// <param name="record">The first record of the newer format: 0 is the header, 1 the first event.</param>
    /// <param name="offset">The offset of the record in bytes.</param>
    /// <param name="version">The version of the record's format.</param>
    public JournalVersionException(string location, long record, long offset, int version)
        : base($"The history in '{location}' was written by a newer version of this program: record {record} at byte {offset} has format {version}, "
            + $"this version reads up to {RecordFrame.Version}. Run the newer version; nothing was changed.")
    {
        Location = location;
        Record = record;
        Offset = offset;
        Version = version;
    }

    /// <summary>The file or blob.</summary>
    public string Location { get; }

    /// <summary>The first record of the newer format: 0 is the header, 1 the first event.</summary>
    public long Record { get; }

    /// <summary>The offset of the record in bytes.</summary>
    public long Offset { get; }

    /// <summary>The version of the record's format.</summary>
    public int Version { get; }
}
