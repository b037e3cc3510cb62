namespace Orchestrator.Workflows.Serialization;

/// <summary>A record in the content store. It may be older or newer than the version of the program that reads it.</summary>
public interface IStoredRecord
{
    /// <summary>The format that this version writes, of all types of records that do not say otherwise.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format that this version writes and reads, of this type.</summary>
    public static virtual int ReadFormat => CurrentFormat;

    /// <summary>The format it was written in. A record with another number than <see cref="ReadFormat"/> must not be used.</summary>
    public int Format { get; }

    /// <summary>What is invalid in a record that could be parsed, as the end of a sentence; null when it is valid.</summary>
    public string? Flaw => null;
}
