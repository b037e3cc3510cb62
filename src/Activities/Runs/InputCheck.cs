using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>Holds the inputs that were given against those that are declared.</summary>
internal static class InputCheck
{
    /// <summary>The inputs in declaration order with their defaults; without declarations, as given.</summary>
    public static JsonObject Apply(IReadOnlyList<InputDefinition>? declared, JsonObject given, List<WorkflowError> problems)
    {
        if (declared is null)
        {
            return (JsonObject)given.DeepClone();
        }

        var inputs = new JsonObject();
        foreach (var input in declared)
        {
            if (given.TryGetPropertyValue(input.Name, out var value) && value is not null)
            {
                Check(input, value, problems);
                inputs[input.Name] = value.DeepClone();
            }
            else if (input.Default is not null)
            {
                inputs[input.Name] = input.Default.DeepClone();
            }
            else if (input.Required)
            {
                problems.Add(Problem($"The input '{input.Name}' is missing{(input.Description is null ? "" : $" ({input.Description.TrimEnd('.')})")}."));
            }
        }

        var names = declared.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _) in given.Where(member => !names.Contains(member.Key)))
        {
            var advice = Suggestion.For(name, names) ?? $"There are {string.Join(", ", names)}.";
            problems.Add(Problem($"The workflow has no input '{name}'. {advice}"));
        }

        return inputs;
    }

    private static void Check(InputDefinition input, JsonNode value, List<WorkflowError> problems)
    {
        if (!Fits(input.Type, value))
        {
            var kind = char.ToLowerInvariant(input.Type.ToString()[0]) + input.Type.ToString()[1..];
            problems.Add(Problem($"The input '{input.Name}' must be of type {kind}; it is {Describe(value)}."));
        }
        else if (input.MaxLength is { } limit && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length is var length && length > limit)
        {
            problems.Add(Problem(string.Create(CultureInfo.InvariantCulture, $"The input '{input.Name}' has {length} characters; {limit} are allowed.")));
        }
    }

    private static bool Fits(InputType type, JsonNode value) => type switch
    {
        InputType.String => value.GetValueKind() == JsonValueKind.String,
        InputType.Number => value.GetValueKind() == JsonValueKind.Number,
        InputType.Integer => value.GetValueKind() == JsonValueKind.Number && decimal.TryParse(
            value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && decimal.IsInteger(number),
        InputType.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        InputType.Array => value is JsonArray,
        InputType.Object => value is JsonObject,
        _ => true,
    };

    private static string Describe(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => $"the number {value.ToJsonString()}",
        JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    private static WorkflowError Problem(string message) => new(ErrorKind.InvalidInput, message);
}
