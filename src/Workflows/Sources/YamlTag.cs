using Orchestrator.Workflows.Serialization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Workflows.Sources;

/// <summary>Applies the tags of the core schema of YAML 1.2; other tags are errors. Thread-safe.</summary>
internal static class YamlTag
{
    private const string Core = "tag:yaml.org,2002:";

    /// <summary>The value of a scalar by its tag and its style. Its problem is a whole sentence.</summary>
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
            case "!!null" or "!!bool" or "!!int" or "!!float"
                when read.Problem is null && read.Kind == Kind(name) && (name != "!!int" || IsWhole(read.Text)):
                return read;
            case "!!null" or "!!bool" or "!!int" or "!!float":
                return text with { Problem = $"'{value}' is not a {name}." };
            default:
                return text with { Problem = name is "!!map" or "!!seq" ? $"The tag '{name}' is not allowed before a text." : Unknown(name) };
        }
    }

    /// <summary>Why the tag of an object or a list is wrong, as a sentence; null when it is valid.</summary>
    public static string? Problem(TagName tag, bool isObject) => Name(tag) switch
    {
        null or "!" => null,
        "!!map" => isObject ? null : "The tag '!!map' is not allowed before a list.",
        "!!seq" => !isObject ? null : "The tag '!!seq' is not allowed before an object.",
        "!!str" or "!!int" or "!!float" or "!!bool" or "!!null" =>
            $"The tag '{Name(tag)}' is not allowed before {(isObject ? JsonWords.Object : JsonWords.List)}.",
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
        $"The tag '{name}' is unknown. There are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq; usually no tag is needed.";
}
