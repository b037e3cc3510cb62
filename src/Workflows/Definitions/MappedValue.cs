using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Where a named value comes from: a path, an expression, or itself.</summary>
/// <param name="Text">The path or the expression; null for a literal.</param>
/// <param name="Value">The literal, which may be null; null for the others.</param>
public sealed record MappedValue(MappedValueKind Kind, string? Text, JsonNode? Value)
{
    public static MappedValue Path(string path) => new(MappedValueKind.Path, path, null);

    public static MappedValue Expression(string text) => new(MappedValueKind.Expression, text, null);

    public static MappedValue Literal(JsonNode? value) => new(MappedValueKind.Literal, null, value);
}

/// <summary>The kinds of <see cref="MappedValue"/>.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MappedValueKind>))]
public enum MappedValueKind
{
    Path,
    Expression,
    Literal,
}
