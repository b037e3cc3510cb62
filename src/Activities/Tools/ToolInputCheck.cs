using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools;

/// <summary>
/// Checks the input of a tool against its schema and reports all findings at once. A member that is null counts as absent where null is not allowed,
/// so that it may come from an optional input of the workflow. Thread-safe.
/// </summary>
public static class ToolInputCheck
{
    /// <summary>All findings; empty when the input is valid.</summary>
    /// <param name="templated">
    /// Whether placeholders are not filled in yet: then a text with <c>{{</c> satisfies every schema, because its value is not known.
    /// </param>
    public static IReadOnlyList<ToolInputFinding> Check(JsonObject schema, JsonNode? input, bool templated = false)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var findings = new List<ToolInputFinding>();
        new Walk(findings, templated).Value(schema, input, "", "");
        return findings;
    }

    /// <summary>Checks an input with all placeholders filled in.</summary>
    /// <exception cref="ToolException">Kind <c>invalidInput</c>: the input is not valid; the message has every finding.</exception>
    public static void Require(ITool tool, JsonNode? input)
    {
        ArgumentNullException.ThrowIfNull(tool);
        if (Check(tool.InputSchema, input) is { Count: > 0 } findings)
        {
            var sentences = findings.Select(finding => Suggestion.Append(finding.Message, finding.Suggestion));
            throw new ToolException(ErrorKind.InvalidInput, $"The input of the tool '{tool.Name}' is wrong. {string.Join(" ", sentences)}");
        }
    }

    private sealed class Walk(List<ToolInputFinding> findings, bool templated)
    {
        private const int LongestShown = 40;

        private static readonly JsonObject Anything = [];

        public void Value(JsonObject schema, JsonNode? value, string pointer, string name)
        {
            if (templated && value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Contains("{{", StringComparison.Ordinal))
            {
                if (schema[ToolSchema.Placeholders]?.ToString() == ToolSchema.Refused)
                {
                    Add(pointer, $"{Subject(name)} may have no placeholders ({{{{…}}}}).", (string?)schema["description"]);
                }

                return;
            }

            var types = ToolSchema.TypesOf(schema);
            if (types.Count > 0 && !types.Any(type => IsA(type, value)))
            {
                Add(pointer, $"{Subject(name)} must be {string.Join(" or ", types.Select(Article))}; it is {JsonWords.Describe(value)}.");
                return;
            }

            if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
            {
                var known = choices.Select(choice => Shown(choice)).ToList();
                var given = value?.GetValueKind() == JsonValueKind.String ? Quoted(value.GetValue<string>()) : JsonWords.Describe(value);
                Add(pointer, $"{Subject(name)} must be one of {string.Join(", ", known)}; it is {given}.", Suggestion.For(Shown(value), known));
            }

            Range(schema, value, pointer, name);
            if (value is JsonObject members)
            {
                Members(schema, members, pointer, name);
            }

            if (value is JsonArray items && schema["items"] is JsonObject each)
            {
                for (var i = 0; i < items.Count; i++)
                {
                    var index = i.ToString(CultureInfo.InvariantCulture);
                    Value(each, items[i], $"{pointer}/{index}", $"{name}[{index}]");
                }
            }
        }

        private void Members(JsonObject schema, JsonObject members, string pointer, string name)
        {
            var properties = schema["properties"] as JsonObject ?? [];
            var required = (schema["required"] as JsonArray ?? []).Select(item => item!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            foreach (var missing in required.Where(property => !Has(properties, members, property)))
            {
                Add(pointer, $"'{Join(name, missing)}' is missing.");
            }

            foreach (var (property, value) in members)
            {
                var place = $"{pointer}/{property.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
                if ((properties[property] ?? schema["additionalProperties"]) is JsonObject known)
                {
                    if (value is not null || AllowsNull(known))
                    {
                        Value(known, value, place, Join(name, property));
                    }
                }
                else if (schema["additionalProperties"]?.GetValueKind() == JsonValueKind.False)
                {
                    Unknown(property, properties, place, name);
                }
            }
        }

        private void Unknown(string property, JsonObject properties, string pointer, string name)
        {
            var known = properties.Select(member => member.Key).ToList();
            var advice = known.Count > 0 ? Suggestion.ForOrAll(property, known) : null;
            Add(pointer, $"There is no '{property}' in {(name.Length == 0 ? "the input" : $"'{name}'")}.", advice);
        }

        private void Range(JsonObject schema, JsonNode? value, string pointer, string name)
        {
            if (value?.GetValueKind() != JsonValueKind.Number)
            {
                return;
            }

            var (number, minimum, maximum) = (Number(value), schema["minimum"], schema["maximum"]);
            if ((minimum is not null && number < Number(minimum)) || (maximum is not null && number > Number(maximum)))
            {
                var range = (minimum, maximum) switch
                {
                    (null, _) => $"at most {maximum!.ToJsonString()}",
                    (_, null) => $"at least {minimum.ToJsonString()}",
                    _ => $"from {minimum.ToJsonString()} to {maximum.ToJsonString()}",
                };
                Add(pointer, $"{Subject(name)} must be {range}; it is {JsonWords.Describe(value)}.");
            }
        }

        private void Add(string pointer, string message, string? suggestion = null) =>
            findings.Add(new ToolInputFinding(pointer, message, suggestion));

        private static bool Has(JsonObject properties, JsonObject members, string property) =>
            members.TryGetPropertyValue(property, out var value) && (value is not null || AllowsNull(properties[property] as JsonObject ?? Anything));

        private static bool AllowsNull(JsonObject schema)
        {
            var types = ToolSchema.TypesOf(schema);
            return (types.Count == 0 || types.Contains("null")) && (schema["enum"] is not JsonArray choices || choices.Contains(null));
        }

        private static bool IsA(string type, JsonNode? value) => type switch
        {
            "null" => value is null,
            "string" => value?.GetValueKind() == JsonValueKind.String,
            "number" => value?.GetValueKind() == JsonValueKind.Number,
            "integer" => value?.GetValueKind() == JsonValueKind.Number && double.IsInteger(Number(value)),
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "array" => value is JsonArray,
            _ => value is JsonObject,
        };

        private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

        private static string Join(string name, string property) => name.Length == 0 ? property : $"{name}.{property}";

        private static string Subject(string name) => name.Length == 0 ? "The input" : $"'{name}'";

        private static string Shown(JsonNode? value) =>
            value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "null";

        private static string Article(string type) => type switch
        {
            "string" => JsonWords.Text,
            "number" => JsonWords.Number,
            "integer" => "a whole number",
            "boolean" => JsonWords.Boolean,
            "array" => JsonWords.List,
            "object" => JsonWords.Object,
            _ => JsonWords.Null,
        };

        // Never truncated: the secret mask does not find a part of a secret.
        private static string Quoted(string text) => text.Length <= LongestShown ? $"'{text}'" : "another text";
    }
}

/// <summary>One mistake in the input of a tool.</summary>
/// <param name="Pointer">JSON pointer from the input to the value, or to the object in which a member is missing.</param>
/// <param name="Message">One sentence: what is wrong.</param>
/// <param name="Suggestion">What was probably meant, or what is allowed; null for none.</param>
public sealed record ToolInputFinding(string Pointer, string Message, string? Suggestion = null);
