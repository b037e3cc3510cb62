using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Serialization;

/// <summary>The words that messages have for JSON values and their types. Thread-safe.</summary>
public static class JsonWords
{
    /// <summary>A string.</summary>
    public const string Text = "a text";

    /// <summary>A number.</summary>
    public const string Number = "a number";

    /// <summary>A Boolean value.</summary>
    public const string Boolean = "true or false";

    /// <summary>An array.</summary>
    public const string List = "a list";

    /// <summary>An object.</summary>
    public const string Object = "an object";

    /// <summary>JSON's null.</summary>
    public const string Null = "null";

    /// <summary>The type of a value, such as <c>a number</c>.</summary>
    public static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => Text,
        JsonValueKind.Number => Number,
        JsonValueKind.True or JsonValueKind.False => Boolean,
        JsonValueKind.Array => List,
        JsonValueKind.Object => Object,
        _ => Null,
    };

    /// <summary>A value in a sentence about it: <c>the number 5</c>, <c>true</c>. A text is not quoted, since it may be long or secret.</summary>
    public static string Describe(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => $"the number {value.ToJsonString()}",
        JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        _ => TypeOf(value),
    };
}
