using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools;

/// <summary>Reads the members of an input that was checked: absent and null are the same.</summary>
internal static class ToolValues
{
    public static string? Text(this JsonObject input, string name) => input[name]?.GetValue<string>();

    /// <summary>A whole number however it is written, such as 3, 3.0 or 3e2.</summary>
    public static int? Integer(this JsonObject input, string name) =>
        input[name] is { } value ? (int)double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    public static bool? Flag(this JsonObject input, string name) => input[name]?.GetValue<bool>();

    /// <summary>The names under which an enum is written in JSON, for schemas.</summary>
    public static string Choices<T>(params ReadOnlySpan<T> without)
        where T : struct, Enum
    {
        var left = new List<T>(Enum.GetValues<T>());
        foreach (var value in without)
        {
            left.Remove(value);
        }

        return JsonSerializer.Serialize(left, WorkflowJson.Compact);
    }
}
