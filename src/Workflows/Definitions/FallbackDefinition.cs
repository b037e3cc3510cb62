using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>fallback</c> of a step: a value, or a step whose output is taken over.</summary>
/// <param name="Step">The step; null for a value.</param>
/// <param name="Value">The value, which may be null.</param>
public sealed record FallbackDefinition(string? Step, JsonNode? Value)
{
    /// <summary>Whether the author gives what stands for the transformed output; without it the step's transform makes it of the value.</summary>
    public bool HasTransformed { get; init; }

    /// <summary>What the author gives for the transformed output, which may be null.</summary>
    public JsonNode? Transformed { get; init; }
}
