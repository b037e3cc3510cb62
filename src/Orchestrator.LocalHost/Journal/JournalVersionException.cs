namespace Orchestrator.LocalHost.Journal;

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
