namespace Orchestrator.Activities.Runs;

/// <summary>A record in the content store, which outlives the program version that wrote it.</summary>
public interface IStoredRecord
{
    /// <summary>The format that this version writes and, with all before it, reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format it was written in: <see cref="CurrentFormat"/> or less, or this version must not use it.</summary>
    public int Format { get; }

    /// <summary>What it lacks though it could be read, as the end of a sentence; null when it is sound.</summary>
    public string? Flaw => null;
}
