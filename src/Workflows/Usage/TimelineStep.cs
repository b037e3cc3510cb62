namespace Orchestrator.Workflows.Usage;

/// <summary>When one step of a run was ready, started and done.</summary>
/// <param name="Dependencies">Indices, in the same list, of the steps it depends on; in any order, repeats count once.</param>
public sealed record TimelineStep(IReadOnlyList<int> Dependencies)
{
    /// <summary>When it could have started; null when that is not known.</summary>
    public DateTimeOffset? Ready { get; init; }

    /// <summary>When work on it began; null when it was not executed (skipped, reused, cancelled before its start).</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When work on it ended; null when it was not executed.</summary>
    public DateTimeOffset? Completed { get; init; }

    internal bool Executed => Started is not null && Completed is not null;

    // Clocks of two machines may disagree; no step takes less than no time.
    internal long DurationTicks => Executed ? Math.Max(0, (Completed!.Value - Started!.Value).Ticks) : 0;
}
