using Orchestrator.Activities.Runs;

namespace Orchestrator.Activities.Retention;

/// <summary>What pruning deleted, or would delete, and what it kept although it is old.</summary>
public sealed record PruneReport
{
    /// <summary>The runs that ended long enough ago, the newest first.</summary>
    public IReadOnlyList<RunRecord> Runs { get; init; } = [];

    /// <summary>The ids of runs that are old and have not ended: kept.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>The ids of runs whose record cannot be read: kept, since their age is unknown.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>The ids of runs whose deletion was interrupted: the rest is deleted, histories included.</summary>
    public IReadOnlyList<string> Leftovers { get; init; } = [];

    /// <summary>Idempotency keys older than 24 hours.</summary>
    public int StartKeys { get; init; }

    /// <summary>Outputs that were kept for later requests (<c>cache: true</c>) longer than runs are.</summary>
    public int Answers { get; init; }

    /// <summary>Definitions that no run and no stored workflow names.</summary>
    public int Definitions { get; init; }

    /// <summary>Whether there was nothing to delete.</summary>
    public bool IsEmpty => Runs.Count + Leftovers.Count + StartKeys + Answers + Definitions == 0;
}
