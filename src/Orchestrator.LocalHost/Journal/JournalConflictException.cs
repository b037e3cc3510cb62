namespace Orchestrator.LocalHost.Journal;

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
