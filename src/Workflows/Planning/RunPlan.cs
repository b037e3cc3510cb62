using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Everything that decides the order of a run: its steps and limits. The same plan and the same facts give the same commands. Immutable. Thread-safe.
/// </summary>
public sealed record RunPlan
{
    /// <summary>The id of the run, from which the random part of retry waits is drawn.</summary>
    public required string RunId { get; init; }

    /// <summary>
    /// Distinguishes the run from earlier runs with its id; null in runs of versions that had no stamps, and until the run record is written.
    /// </summary>
    public string? Stamp { get; init; }

    /// <summary>The steps; other members name them by their position.</summary>
    public required IReadOnlyList<GraphStep> Steps { get; init; }

    /// <summary>Positions of the steps whose records (<c>status</c>, <c>error</c>, <c>usage</c>) the run's outputs read; null for none.</summary>
    public IReadOnlyList<int>? Observes { get; init; }

    /// <summary>How many steps may execute at one time, from 1. Default <see cref="WorkflowOptions.DefaultMaxParallelism"/>.</summary>
    public int MaxParallelism { get; init; } = WorkflowOptions.DefaultMaxParallelism;

    /// <summary>
    /// Whether <see cref="MaxParallelism"/> is only the first limit, which follows how often the provider refuses calls. Default false.
    /// </summary>
    public bool AdaptiveParallelism { get; init; }

    /// <summary>What the run may spend; null: no limit.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>What earlier attempts of the run have spent of it.</summary>
    public TokenUsage Spent { get; init; }

    /// <summary>
    /// The minimum gap between the starts of two paced steps, in milliseconds; 0 for none. Default
    /// <see cref="WorkflowOptions.DefaultParallelBatchDelay"/>.
    /// </summary>
    public int ParallelBatchDelayMs { get; init; } = WorkflowOptions.DefaultParallelBatchDelay;

    /// <summary>What the failure of a step does to the run. Default <see cref="FailurePolicy.Stop"/>.</summary>
    public FailurePolicy OnStepFailure { get; init; } = FailurePolicy.Stop;

    /// <summary>The time limit of the run in milliseconds, without final steps and suspended time; null: no limit.</summary>
    public int? MaxDurationMs { get; init; }

    /// <summary>How many ready steps may wait for a slot; null: no limit.</summary>
    public int? QueueSize { get; init; }

    /// <summary>What happens when more steps become ready. Default <see cref="QueueFullPolicy.Fail"/>.</summary>
    public QueueFullPolicy QueueFull { get; init; } = QueueFullPolicy.Fail;

    /// <summary>
    /// The failure of a run whose earlier attempts have spent the budget, so that only final steps could start; null while steps may start.
    /// </summary>
    public WorkflowError? BudgetSpent()
    {
        var spending = new RunSpending(Budget);
        spending.Add(Spent);
        return spending.Exceeded();
    }
}

/// <summary>What a run has spent of its budget, including failed attempts. Not thread-safe.</summary>
internal sealed class RunSpending(BudgetDefinition? budget)
{
    private decimal? _usd = 0;
    private long _tokens;

    public void Add(TokenUsage usage)
    {
        _usd += usage.EstimatedCost;
        _tokens += usage.InputTokens + usage.OutputTokens;
    }

    /// <summary>The failure of a run that has spent its budget; null while it may spend more, or has no budget.</summary>
    public WorkflowError? Exceeded()
    {
        if (budget?.Usd is not null && _usd is null)
        {
            // A run with a budget in USD does not start with a model without a price, so the price was removed since.
            return new WorkflowError(
                ErrorKind.BudgetExceeded,
                "What the run has spent is not known since a model that it used has no price any more, so no other step was started.");
        }

        var usd = budget?.Usd is { } most && _usd >= most;
        if (!usd && !(budget?.Tokens is { } limit && _tokens >= limit))
        {
            return null;
        }

        var spent = usd
            ? string.Create(CultureInfo.InvariantCulture, $"{_usd} of {budget!.Usd} USD")
            : string.Create(CultureInfo.InvariantCulture, $"{_tokens} of {budget!.Tokens} tokens");
        return new WorkflowError(
            ErrorKind.BudgetExceeded, $"The run has spent its budget, {spent}, so no other step was started. Resume with a larger budget to go on.");
    }
}
