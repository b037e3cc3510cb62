using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Tools.BuiltIn;

/// <summary>Fills in the placeholders of a text.</summary>
internal sealed class TemplateTool : ITool
{
    public string Name => "template";

    public string Description => "Fills the placeholders of a text in with values.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse("""
        {
          "type": "object",
          "properties": {
            "template": { "type": "string", "x-placeholders": "kept", "description": "The text with placeholders, as in prompts." },
            "values": { "type": "object", "description": "What the placeholders stand for, by name. Never expanded again." }
          },
          "required": ["template"],
          "additionalProperties": false
        }
        """);

    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var values = call.Input["values"] as JsonObject ?? [];
        try
        {
            var text = PromptTemplate.Parse(call.Input.Text("template")!).Render(
                name => values.TryGetPropertyValue(name, out var value) ? TemplateValue.Of(value) : TemplateValue.Missing,
                new TemplateBudget(cancellationToken));
            return Task.FromResult<JsonNode?>(text);
        }
        catch (TemplateException exception)
        {
            throw new ToolException(ErrorKind.TemplateError, $"The template cannot be filled in: {exception.Message}", exception);
        }
    }
}
