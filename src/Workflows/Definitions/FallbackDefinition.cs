using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>fallback</c> of a step: a value, or a step whose output is taken over.</summary>
/// <param name="Step">The step; null for a value.</param>
/// <param name="Value">The value, which may be null.</param>
public sealed record FallbackDefinition(string? Step, JsonNode? Value);
