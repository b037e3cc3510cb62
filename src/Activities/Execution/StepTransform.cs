using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Execution;

/// <summary>What a step's transform makes of its output.</summary>
internal static class StepTransform
{
    /// <summary>The text of an output: a text as it is, anything else as compact JSON.</summary>
    public static string Text(JsonNode? output) =>
        output?.GetValueKind() == JsonValueKind.String ? output.GetValue<string>() : output?.ToJsonString(WorkflowJson.Compact) ?? "";

    /// <param name="transform">The transform's name; null for none.</param>
    /// <returns>Null without a transform.</returns>
    public static TransformResult? Apply(string? transform, JsonNode? output) =>
        transform is not null && OutputTransform.TryGet(transform, out var found) ? found.Apply(Text(output)) : null;
}
