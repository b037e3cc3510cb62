using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Workflows.Sources;

/// <summary>Tags: those of the core schema count, others are mistakes.</summary>
internal static class YamlTag
{
    private const string Core = "tag:yaml.org,2002:";

    /// <summary>What a scalar means by its tag and its style; the problem is a whole sentence.</summary>
    public static YamlScalar Read(Scalar scalar, string value)
    {
        var plain = scalar.Style == ScalarStyle.Plain;
        var name = Name(scalar.Tag);
        var text = new YamlScalar(SourceKind.String, value);
        var read = name is null && !plain ? text : YamlScalar.Of(value);
        switch (name)
        {
            case null:
                return read.Problem is null ? read : read with { Problem = $"'{value}' {read.Problem}." };
            case "!" or "!!str":
                return text;
            case "!!null" or "!!bool" or "!!int" or "!!float" when read.Problem is null && read.Kind == Kind(name) && (name != "!!int" || IsWhole(read.Text)):
                return read;
            case "!!null" or "!!bool" or "!!int" or "!!float":
                return text with { Problem = $"'{value}' is no {name}." };
            default:
                return text with { Problem = name is "!!map" or "!!seq" ? $"The tag '{name}' cannot stand before a text." : Unknown(name) };
        }
    }

    /// <summary>What is wrong with the tag of an object or a list; null for nothing.</summary>
    public static string? Problem(TagName tag, bool isObject) => Name(tag) switch
    {
        null or "!" => null,
        "!!map" => isObject ? null : "The tag '!!map' cannot stand before a list.",
        "!!seq" => !isObject ? null : "The tag '!!seq' cannot stand before an object.",
        "!!str" or "!!int" or "!!float" or "!!bool" or "!!null" => $"The tag '{Name(tag)}' cannot stand before {(isObject ? "an object" : "a list")}.",
        var name => Unknown(name),
    };

    private static string? Name(TagName tag) =>
        tag.IsEmpty ? null : tag.Value.StartsWith(Core, StringComparison.Ordinal) ? "!!" + tag.Value[Core.Length..] : tag.Value;

    private static SourceKind Kind(string name) => name switch
    {
        "!!null" => SourceKind.Null,
        "!!bool" => SourceKind.Boolean,
        _ => SourceKind.Number,
    };

    private static bool IsWhole(string number) => !number.AsSpan().ContainsAny(".eE");

    private static string Unknown(string name) =>
        $"The tag '{name}' has no meaning here. There are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq; mostly none is needed.";
}
