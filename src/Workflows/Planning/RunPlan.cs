using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Planning;

/// <summary>All that decides the order of a run: the graph's steps and the limits. The same plan and the same facts give the same run.</summary>
public sealed record RunPlan
{
    /// <summary>Of the run: the seed of what is drawn, such as jitter.</summary>
    public required string RunId { get; init; }

    /// <summary>Distinguishes the run from others that had its id; null in runs of versions that drew none, and until the run is written down.</summary>
    public string? Stamp { get; init; }

    public required IReadOnlyList<GraphStep> Steps { get; init; }

    /// <summary>Positions of the steps whose records (<c>status</c>, <c>error</c>, <c>usage</c>) the run's outputs read; null for none.</summary>
    public IReadOnlyList<int>? Observes { get; init; }

    /// <summary>Steps that may execute at one time, from 1.</summary>
    public int MaxParallelism { get; init; } = WorkflowOptions.DefaultMaxParallelism;

    /// <summary><see cref="MaxParallelism"/> is only the beginning: the limit follows what the steps meet.</summary>
    public bool AdaptiveParallelism { get; init; }

    /// <summary>What the run may spend; null: no limit.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>What earlier attempts of the run have spent of it.</summary>
    public TokenUsage Spent { get; init; }

    /// <summary>Why nothing but final steps could start, since earlier attempts have spent the budget; null while something may.</summary>
    public WorkflowError? BudgetSpent()
    {
        var spending = new RunSpending(Budget);
        spending.Add(Spent);
        return spending.Exceeded();
    }

    /// <summary>Milliseconds between the starts of two paced steps; 0 for none.</summary>
    public int ParallelBatchDelayMs { get; init; } = WorkflowOptions.DefaultParallelBatchDelay;

    public FailurePolicy OnStepFailure { get; init; } = FailurePolicy.Stop;

    /// <summary>Milliseconds for the whole run, the final steps aside; null: no limit.</summary>
    public int? MaxDurationMs { get; init; }

    /// <summary>Ready steps that may wait for a slot; null: no limit.</summary>
    public int? QueueSize { get; init; }

    public QueueFullPolicy QueueFull { get; init; } = QueueFullPolicy.Fail;
}
