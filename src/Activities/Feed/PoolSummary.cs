namespace Orchestrator.Activities.Feed;

/// <summary>How a limit was used: the figures of seed 002's worker pool.</summary>
public sealed record PoolSummary
{
    public int TasksCompleted { get; init; }

    public int TasksFailed { get; init; }

    public int TasksTimedOut { get; init; }

    /// <summary>Steps that execute now.</summary>
    public int ActiveWorkers { get; init; }

    public int MaxConcurrent { get; init; }

    /// <summary>Steps that wait for a slot now.</summary>
    public int QueueLength { get; init; }

    /// <summary>Milliseconds that steps waited between ready and start, all together.</summary>
    public double TotalWaitTime { get; init; }

    /// <summary>Milliseconds per step that was started.</summary>
    public double AverageWaitTime { get; init; }

    /// <summary>Percent of the slots that are in use now.</summary>
    public double UtilizationRate { get; init; }
}
