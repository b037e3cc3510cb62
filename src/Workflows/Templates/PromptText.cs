using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>Formats values for prompts. Thread-safe.</summary>
public static class PromptText
{
    /// <summary>
    /// The prompt, an empty line, <c>Inputs:</c>, and one <c>key: value</c> line per input in the given order; the prompt alone when there are no
    /// inputs.
    /// For prompts without placeholders.
    /// </summary>
    /// <param name="budget">The limits that this and other texts share; null: no limit.</param>
    /// <exception cref="TemplateException">The limit of the text is exceeded.</exception>
    public static string WithInputs(string prompt, IEnumerable<KeyValuePair<string, JsonNode?>> inputs, TemplateBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(inputs);
        var text = new StringBuilder(prompt);
        var separator = "\n\nInputs:\n";
        foreach (var (key, value) in inputs)
        {
            var written = Of(value);
            budget?.CountWritten(separator.Length + key.Length + 2 + written.Length, null);
            text.Append(separator).Append(key).Append(": ").Append(written);
            separator = "\n";
        }

        return text.ToString();
    }

    /// <summary>A value as text: a text unchanged, null as an empty text, any other value as compact JSON.</summary>
    public static string Of(JsonNode? value) => value switch
    {
        null => "",
        JsonValue single when single.TryGetValue<string>(out var text) => text,
        JsonValue date when date.GetValueKind() == JsonValueKind.String => JsonSerializer.SerializeToElement(date).GetString()!,
        _ => value.ToJsonString(WorkflowJson.Compact),
    };
}
