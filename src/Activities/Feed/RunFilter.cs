using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>Which runs to list; a null member means any.</summary>
public sealed record RunFilter
{
    public const int DefaultTop = 50;

    public const int MaxTop = 500;

    public IReadOnlyCollection<RunStatus>? Statuses { get; init; }

    /// <summary>The workflow's slug.</summary>
    public string? Workflow { get; init; }

    public string? App { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Tags that a run must have, each with its value; a null value stands for any.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Tags { get; init; } = [];

    /// <summary>Maximum number of runs of a page, 1 to <see cref="MaxTop"/>.</summary>
    public int Top { get; init; } = DefaultTop;

    /// <summary>Where the page before ended (<see cref="RunPage.ContinuationToken"/>); null for the first page.</summary>
    public string? ContinuationToken { get; init; }
}
