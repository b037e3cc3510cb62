namespace Orchestrator.Workflows.Definitions;

/// <summary>What a run may spend before it starts nothing new. What is null has no limit.</summary>
/// <param name="Usd">US dollars by the price table, more than 0.</param>
/// <param name="Tokens">Tokens in and out, from 1.</param>
public sealed record BudgetDefinition(decimal? Usd, long? Tokens)
{
    /// <summary>What <paramref name="over"/> limits, and for the rest what <paramref name="under"/> does: a limit in dollars lifts none in tokens.</summary>
    public static BudgetDefinition? Merge(BudgetDefinition? over, BudgetDefinition? under) =>
        over is null || under is null ? over ?? under : new BudgetDefinition(over.Usd ?? under.Usd, over.Tokens ?? under.Tokens);
}
