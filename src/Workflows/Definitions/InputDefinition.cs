using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A declared input of a run. Immutable.</summary>
/// <param name="Name"><c>[A-Za-z_][A-Za-z0-9_]*</c>, at most 128 characters, unique within the workflow without regard to letter case.</param>
public sealed record InputDefinition(string Name)
{
    /// <summary>The JSON type of its value. Default <see cref="InputType.Any"/>.</summary>
    public InputType Type { get; init; } = InputType.Any;

    /// <summary>Whether a run cannot start without it. Default false: a missing value becomes <see cref="Default"/>.</summary>
    public bool Required { get; init; }

    /// <summary>The value of an input that is not given; null for JSON null.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Maximum length of a text in characters, from 1; null: no limit. Values of other types have none.</summary>
    public int? MaxLength { get; init; }

    /// <summary>An explanation for the people who start a run; null when the author gave none.</summary>
    public string? Description { get; init; }

    /// <summary>The type as definitions write it, such as <c>string</c>. A method, because properties are serialized.</summary>
    public string TypeName() => EnumNames.Of(Type);

    /// <summary>
    /// Why <paramref name="value"/> is not valid for this input, as a predicate such as <c>has 5 characters; 3 are allowed</c>; null when it is
    /// valid.
    /// </summary>
    public string? Violation(JsonNode value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!Fits(value))
        {
            return $"must be of type {TypeName()}; it is {JsonWords.Describe(value)}";
        }

        return MaxLength is { } limit
            && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length is var length && length > limit
                ? string.Create(CultureInfo.InvariantCulture, $"has {length} characters; {limit} are allowed")
                : null;
    }

    /// <summary>Whether <paramref name="value"/> has the declared type; its length is not checked.</summary>
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
}

/// <summary>The JSON types that an input can be declared with.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<InputType>))]
public enum InputType
{
    /// <summary>Every value.</summary>
    Any,

    /// <summary>A text.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A number without a fraction; 1.0 and 1e3 count as whole.</summary>
    Integer,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A list.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,
}
