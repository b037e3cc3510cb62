using System.Text.Json.Nodes;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Tools.BuiltIn;

/// <summary>Applies an output transform to a text.</summary>
internal sealed class TransformTool : ITool
{
    public string Name => "transform";

    public string Description => "Makes a value of a text, as outputTransform does with the answer of a prompt.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse($$"""
        {
          "type": "object",
          "properties": {
            "transform": {
              "enum": {{ToolValues.Choices(OutputTransform.Names)}},
              "description": "The name of the transform."
            },
            "text": { "type": "string", "description": "The text to read." }
          },
          "required": ["transform", "text"],
          "additionalProperties": false
        }
        """);

    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken) =>
        OutputTransform.TryGet(call.Input.Text("transform")!, out var transform)
            ? Task.FromResult(transform.Apply(call.Input.Text("text")!).Value)
            : throw new InvalidOperationException("The input was not checked against the schema.");
}
