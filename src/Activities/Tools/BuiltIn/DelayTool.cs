using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Tools.BuiltIn;

/// <summary>Waits for a given time.</summary>
internal sealed class DelayTool(TimeProvider time) : ITool
{
    public string Name => "delay";

    public string Description => "Waits for a while and holds its slot in the meantime; a step of type wait holds none.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse("""
        {
          "type": "object",
          "properties": {
            "ms": { "type": "integer", "minimum": 0, "maximum": 300000, "description": "How long, in milliseconds; at most 5 minutes." }
          },
          "required": ["ms"],
          "additionalProperties": false
        }
        """);

    public async Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var wait = call.Input.Integer("ms")!.Value;
        await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
        return new JsonObject { ["waitedMs"] = wait };
    }
}
