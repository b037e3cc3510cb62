using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Planning;

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
