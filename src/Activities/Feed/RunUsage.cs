namespace Orchestrator.Activities.Feed;

/// <summary>What a run consumed, and how well its time was used.</summary>
public sealed record RunUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CachedTokens { get; init; }

    /// <summary>US dollars; null when a model that was asked has no price, so that the whole is not known.</summary>
    public decimal? EstimatedCost { get; init; }

    public string Currency { get; init; } = "USD";

    /// <summary>Milliseconds from the start of the run to its end, or to now.</summary>
    public double TotalDurationMs { get; init; }

    /// <summary>Work ÷ duration of the run: what running the steps one after the other would have taken, as a multiple (seed 000's meaning).</summary>
    public double ParallelEfficiency { get; init; }

    /// <summary>Milliseconds of the longest path of dependent steps.</summary>
    public double CriticalPathMs { get; init; }

    /// <summary>Milliseconds of all steps' work together.</summary>
    public double WorkMs { get; init; }

    /// <summary>No schedule of these durations can be shorter: max(critical path, work ÷ slots).</summary>
    public double BoundMs { get; init; }
}
