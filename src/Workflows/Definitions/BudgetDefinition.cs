namespace Orchestrator.Workflows.Definitions;

/// <summary>What a run may spend before it starts nothing new. What is null has no limit.</summary>
/// <param name="Usd">US dollars by the price table, more than 0.</param>
/// <param name="Tokens">Tokens in and out, from 1.</param>
public sealed record BudgetDefinition(decimal? Usd, long? Tokens);
