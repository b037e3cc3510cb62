using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools;

/// <summary>Reads the members of a checked input. Absent and null are both null.</summary>
internal static class ToolValues
{
    public static string? Text(this JsonObject input, string name) => input[name]?.GetValue<string>();

    /// <summary>A whole number in any notation, such as 3, 3.0 or 3e2.</summary>
    public static int? Integer(this JsonObject input, string name) =>
        input[name] is { } value ? (int)double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    public static bool? Flag(this JsonObject input, string name) => input[name]?.GetValue<bool>();

    /// <summary>The JSON list of an enum's values, for schemas.</summary>
    public static string Choices<T>(params ReadOnlySpan<T> without)
        where T : struct, Enum
    {
        var choices = new List<T>(Enum.GetValues<T>());
        foreach (var value in without)
        {
            choices.Remove(value);
        }

        return JsonSerializer.Serialize(choices, WorkflowJson.Compact);
    }
}
