using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>The text of prompts without placeholders. Thread-safe.</summary>
public static class PromptText
{
    /// <summary>
    /// The prompt, an empty line, <c>Inputs:</c>, and one <c>key: value</c> line per input in the given order; the prompt alone when there are no
    /// inputs.
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
            var written = WorkflowJson.Text(value);
            budget?.CountWritten(separator.Length + key.Length + 2 + written.Length, null);
            text.Append(separator).Append(key).Append(": ").Append(written);
            separator = "\n";
        }

        return text.ToString();
    }
}
