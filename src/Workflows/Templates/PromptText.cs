using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>How values are put into prompts that do not say where.</summary>
public static class PromptText
{
    /// <summary>
    /// The prompt, then <c>Inputs:</c> after an empty line, and one <c>key: value</c> line per input in the given order; the prompt unchanged when there is none.
    /// For prompts without placeholders.
    /// </summary>
    /// <param name="budget">What is left to this and other texts together; null: no limit.</param>
    /// <exception cref="TemplateException">The budget is spent.</exception>
    public static string WithInputs(string prompt, IEnumerable<KeyValuePair<string, JsonNode?>> inputs, TemplateBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(inputs);
        var text = new StringBuilder(prompt);
        var separator = "\n\nInputs:\n";
        foreach (var (key, value) in inputs)
        {
            var written = Of(value);
            budget?.Write(separator.Length + key.Length + 2 + written.Length, null);
            text.Append(separator).Append(key).Append(": ").Append(written);
            separator = "\n";
        }

        return text.ToString();
    }

    /// <summary>A value as prompts show it: text as it is, null as nothing, everything else as compact JSON.</summary>
    public static string Of(JsonNode? value) => value switch
    {
        null => "",
        JsonValue single when single.TryGetValue<string>(out var text) => text,
        JsonValue date when date.GetValueKind() == JsonValueKind.String => JsonSerializer.SerializeToElement(date).GetString()!,
        _ => value.ToJsonString(WorkflowJson.Compact),
    };
}
