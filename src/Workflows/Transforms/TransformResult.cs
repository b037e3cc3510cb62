using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Transforms;

/// <summary>What a transform made of an output.</summary>
/// <param name="Value">The value; null is JSON's null.</param>
/// <param name="Warning">One sentence when nothing was found; null otherwise.</param>
public sealed record TransformResult(JsonNode? Value, string? Warning = null);
