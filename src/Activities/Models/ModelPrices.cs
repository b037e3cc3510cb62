using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>What models cost, the simulated one included.</summary>
internal static class ModelPrices
{
    private static readonly ModelPrice Free = new(0, 0);

    /// <summary>The price of a model; none is known for some (null), and the simulated model, asked by its own name, is free.</summary>
    public static ModelPrice? PriceOf(this PriceTable prices, string model) => SimulatedModelOptions.IsSimulated(model) ? Free : prices.Find(model);

    /// <summary>What one request costs in US dollars; null when no price is known, unless nothing was used.</summary>
    public static decimal? CostOf(this PriceTable prices, string model, TokenUsage usage) => usage == default ? 0 : prices.PriceOf(model)?.Cost(usage);
}
