using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Applies a step's transform to its output.</summary>
public static class StepTransform
{
    /// <summary>The text of an output: a text as it is, anything else as compact JSON.</summary>
    public static string Text(JsonNode? output) =>
        output?.GetValueKind() == JsonValueKind.String ? output.GetValue<string>() : output?.ToJsonString(WorkflowJson.Compact) ?? "";

    /// <summary>The transformed output with a warning, if there is one; null without a transform.</summary>
    /// <param name="transform">The transform's name; null for none.</param>
    public static TransformResult? Apply(string? transform, JsonNode? output) =>
        transform is not null && OutputTransform.TryGet(transform, out var found) ? found.Apply(Text(output)) : null;
}
