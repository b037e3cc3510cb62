using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A declared input of a run.</summary>
public sealed record InputDefinition(string Name)
{
    public InputType Type { get; init; } = InputType.Any;

    /// <summary>Whether a run must be given it. Default false: it is then null, or <see cref="Default"/>.</summary>
    public bool Required { get; init; }

    public JsonNode? Default { get; init; }

    /// <summary>Maximum length of a text in characters; null for no limit.</summary>
    public int? MaxLength { get; init; }

    public string? Description { get; init; }

    /// <summary>The type as definitions write it. A method, since properties are parts of stored documents.</summary>
    public string TypeName() => JsonNamingPolicy.CamelCase.ConvertName(Type.ToString());

    /// <summary>What is wrong with <paramref name="value"/>, as the end of a sentence about it; null when the input takes it.</summary>
    public string? Complaint(JsonNode value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Fits(value))
        {
            return $"must be of type {TypeName()}; it is {Describe(value)}";
        }

        return MaxLength is { } limit && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length is var length && length > limit
            ? string.Create(CultureInfo.InvariantCulture, $"has {length} characters; {limit} are allowed")
            : null;
    }

    /// <summary>Whether <paramref name="value"/> is of the declared type.</summary>
    public bool Fits(JsonNode value) => Type switch
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
}
