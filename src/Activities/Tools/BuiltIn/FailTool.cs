using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools.BuiltIn;

/// <summary>Fails, for tests and demonstrations.</summary>
internal sealed class FailTool : ITool
{
    public string Name => "fail";

    public string Description => "Fails with a message and a kind of error, for tests and demonstrations.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse($$"""
        {
          "type": "object",
          "properties": {
            "message": { "type": "string", "description": "What the error says." },
            "kind": { "enum": {{ToolValues.Choices(ErrorKind.Cancelled)}}, "description": "The kind of the error.", "default": "toolFailed" },
            "retryable": { "type": "boolean", "description": "Whether trying again may help; as the kind says when it is absent." }
          },
          "required": ["message"],
          "additionalProperties": false
        }
        """);

    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var kind = call.Input["kind"]?.Deserialize<ErrorKind>(WorkflowJson.Compact) ?? ErrorKind.ToolFailed;
        throw new ToolException(new WorkflowError(kind, call.Input.Text("message")!)
        {
            Retryable = call.Input.Flag("retryable") ?? WorkflowError.IsTransient(kind),
        });
    }
}
