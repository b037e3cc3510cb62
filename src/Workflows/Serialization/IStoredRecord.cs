namespace Orchestrator.Workflows.Serialization;

/// <summary>A record in the content store, which outlives the program version that wrote it.</summary>
public interface IStoredRecord
{
    /// <summary>The format that this version writes and, with all before it, reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format it was written in. When it is greater than <see cref="CurrentFormat"/>, this version must not use the record.</summary>
    public int Format { get; }

    /// <summary>What is invalid although it could be parsed, as the end of a sentence; null when it is valid.</summary>
    public string? Flaw => null;
}
