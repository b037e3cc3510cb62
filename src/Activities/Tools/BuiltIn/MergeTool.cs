using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Tools.BuiltIn;

/// <summary>Merges several values into one.</summary>
internal sealed class MergeTool : ITool
{
    public string Name => "merge";

    public string Description => "Makes one value of several: an object, a list, a text, or the last one.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse($$"""
        {
          "type": "object",
          "properties": {
            "mode": { "enum": {{ToolValues.Choices<MergeMode>()}}, "description": "How the values become one." },
            "values": { "type": ["object", "array"], "description": "The values in order; for the mode object they need names." },
            "separator": { "type": "string", "description": "What stands between texts in the mode concat.", "default": "\n\n" }
          },
          "required": ["mode", "values"],
          "additionalProperties": false
        }
        """);

    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var mode = call.Input["mode"].Deserialize<MergeMode>(WorkflowJson.Compact);
        var values = call.Input["values"];
        if (mode == MergeMode.Object && values is JsonArray)
        {
            throw new ToolException(ErrorKind.InvalidInput, "The values have no names, which the mode object needs. Give them as an object.");
        }

        IEnumerable<KeyValuePair<string, JsonNode?>> named = values is JsonArray items
            ? items.Select((item, index) => KeyValuePair.Create(index.ToString(CultureInfo.InvariantCulture), item))
            : (JsonObject)values!;
        return Task.FromResult(MergedValue.Of(mode, named, call.Input.Text("separator")));
    }
}
