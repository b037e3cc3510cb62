using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Functions.Http.Prompts;

/// <summary>
/// Converts a prompt from a JSON object, such as the answer of a <c>GET</c>, to a prompt file: <c>text</c> becomes the text, all other members the
/// front matter. So all prompts are read by the same reader with the same rules.
/// </summary>
internal static class PromptJson
{
    /// <summary>Members of answers that describe the stored prompt. They are ignored, so that an answer can be sent back.</summary>
    private static readonly string[] StoredMembers = ["slug", "app", "version", "updatedAt", "versions", "labels"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="RequestRefusedException">The text is not a JSON object with a <c>text</c>.</exception>
    public static string ToFile(string json)
    {
        try
        {
            return ToFile(JsonNode.Parse(json, documentOptions: Strict) as JsonObject
                ?? throw Refused("The prompt must be a JSON object with a 'text'."));
        }
        catch (JsonException exception)
        {
            throw Refused($"The prompt is not valid JSON: {JsonErrorText.DescribeWithPlace(exception)}");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is detected only when the string is read.
            throw Refused("The prompt is not valid JSON: an escape in it is no character.");
        }
    }

    private static string ToFile(JsonObject prompt)
    {
        if (prompt["text"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            throw Refused("The prompt has no 'text', or one that is not a text.");
        }

        CheckTemplate("text", value);
        CheckTemplate("system", prompt["system"]);
        var file = new StringBuilder("---\n");
        foreach (var (name, member) in prompt)
        {
            if (name != "text" && member is not null && !StoredMembers.Contains(name))
            {
                var written = name == "inputs" && member is JsonArray inputs ? Inputs(inputs) : member;
                file.Append(Write(JsonValue.Create(name))).Append(": ").Append(Write(written)).Append('\n');
            }
        }

        return file.Append("---\n").Append(value.GetValue<string>()).ToString();
    }

    /// <summary>Checks templates before the conversion, after which the lines have other numbers than in the caller's text.</summary>
    private static void CheckTemplate(string name, JsonNode? value)
    {
        if (value?.GetValueKind() != JsonValueKind.String)
        {
            return;
        }

        try
        {
            _ = PromptTemplate.Parse(value.GetValue<string>());
        }
        catch (TemplateException problem)
        {
            throw Refused($"The text of '{name}' is wrong: {problem.Message}");
        }
    }

    /// <summary>Converts the list of inputs in an answer to the object of a front matter. A list of another shape is returned as it is.</summary>
    private static JsonNode Inputs(JsonArray inputs)
    {
        var named = new JsonObject();
        foreach (var input in inputs)
        {
            if (input is not JsonObject one || one["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String)
            {
                return inputs;
            }

            var rest = one.Where(member => member.Key != "name" && member.Value is not null)
                .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()));
            if (!named.TryAdd(name.GetValue<string>(), new JsonObject(rest)))
            {
                throw Refused($"The input '{name.GetValue<string>()}' is there twice.");
            }
        }

        return named;
    }

    private static string Write(JsonNode node) => node.ToJsonString(WorkflowJson.Compact);

    private static RequestRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, "invalidPrompt", message);
}
