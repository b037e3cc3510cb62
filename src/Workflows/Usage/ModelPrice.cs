namespace Orchestrator.Workflows.Usage;

/// <summary>What a model costs, in US dollars per million tokens; none is negative.</summary>
/// <param name="CachedInput">For the input tokens that the provider served from its cache; null: the same as <paramref name="Input"/>.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CachedInput = null);
