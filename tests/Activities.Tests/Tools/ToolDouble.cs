using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools;

namespace Orchestrator.Activities.Tests.Tools;

/// <summary>A tool of any name and schema that answers with its input.</summary>
internal class ToolDouble(string name, string schema = """{ "type": "object" }""") : ITool
{
    public string Name => name;

    public string Description => "Answers with its input.";

    public JsonObject InputSchema { get; } = (JsonObject)JsonNode.Parse(schema)!;

    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => Task.FromResult<JsonNode?>(call.Input);
}
