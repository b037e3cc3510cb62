using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Tests.Schemas;

/// <summary>
/// Judges values by a JSON schema (draft 2020-12) with the keywords that ours uses. Any other keyword is an error, since ignoring it would accept too
/// much.
/// </summary>
internal sealed class SchemaEvaluator(JsonObject root)
{
    private readonly Dictionary<string, Regex> _patterns = new(StringComparer.Ordinal);

    public bool Accepts(JsonNode? value) => Accepts(root, value);

    private bool Accepts(JsonNode schema, JsonNode? value)
    {
        if (schema is not JsonObject rules)
        {
            return schema.GetValue<bool>();
        }

        foreach (var (keyword, rule) in rules)
        {
            if (!Holds(rules, keyword, rule!, value))
            {
                return false;
            }
        }

        return true;
    }

    private bool Holds(JsonObject rules, string keyword, JsonNode rule, JsonNode? value) => keyword switch
    {
        "$schema" or "$defs" or "title" or "description" or "default" or "then" or "else" => true,
        "$ref" => Accepts(Definition(rule.GetValue<string>()), value),
        "type" => rule is JsonArray types ? types.Any(type => IsOf(type!.GetValue<string>(), value)) : IsOf(rule.GetValue<string>(), value),
        "enum" => rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)),
        "const" => JsonNode.DeepEquals(rule, value),
        "not" => !Accepts(rule, value),
        "anyOf" => rule.AsArray().Any(item => Accepts(item!, value)),
        "allOf" => rule.AsArray().All(item => Accepts(item!, value)),
        "oneOf" => rule.AsArray().Count(item => Accepts(item!, value)) == 1,
        "if" => Branch(rules, Accepts(rule, value)) is not { } branch || Accepts(branch, value),
        "required" => value is not JsonObject members || rule.AsArray().All(name => members.ContainsKey(name!.GetValue<string>())),
        "properties" => value is not JsonObject members
            || rule.AsObject().All(property => !members.TryGetPropertyValue(property.Key, out var member) || Accepts(property.Value!, member)),
        "additionalProperties" =>
            value is not JsonObject members || members.All(member => IsDeclared(rules, member.Key) || Accepts(rule, member.Value)),
        "propertyNames" => value is not JsonObject members || members.All(member => Accepts(rule, member.Key)),
        "items" => value is not JsonArray items || items.All(item => Accepts(rule, item)),
        "minItems" => value is not JsonArray items || items.Count >= rule.GetValue<int>(),
        "maxItems" => value is not JsonArray items || items.Count <= rule.GetValue<int>(),
        "minimum" => !IsOf("number", value) || Compare(value!, rule) >= 0,
        "maximum" => !IsOf("number", value) || Compare(value!, rule) <= 0,
        "exclusiveMinimum" => !IsOf("number", value) || Compare(value!, rule) > 0,
        "pattern" => !IsOf("string", value) || Pattern(rule.GetValue<string>()).IsMatch(value!.GetValue<string>()),
        _ => throw new NotSupportedException($"The schema has the keyword '{keyword}', which is not known here."),
    };

    private JsonNode Definition(string reference)
    {
        const string Prefix = "#/$defs/";
        Assert.StartsWith(Prefix, reference, StringComparison.Ordinal);
        return root["$defs"]![reference[Prefix.Length..]] ?? throw new NotSupportedException($"There is no '{reference}'.");
    }

    private Regex Pattern(string text)
    {
        if (!_patterns.TryGetValue(text, out var pattern))
        {
            // '$' is the very end in ECMA's expressions; here it would be before a last line end, too.
            Assert.EndsWith("$", text, StringComparison.Ordinal);
            pattern = _patterns[text] = new Regex(text[..^1] + "\\z", RegexOptions.CultureInvariant);
        }

        return pattern;
    }

    private static JsonNode? Branch(JsonObject rules, bool condition) => rules[condition ? "then" : "else"];

    private static bool IsDeclared(JsonObject rules, string name) => rules["properties"] is JsonObject properties && properties.ContainsKey(name);

    private static bool IsOf(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("string", JsonValueKind.String) => true,
        ("number", JsonValueKind.Number) or ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) => true,
        ("integer", JsonValueKind.Number) =>
            decimal.TryParse(value!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && decimal.IsInteger(number),
        ("null" or "boolean" or "string" or "number" or "array" or "object" or "integer", _) => false,
        _ => throw new NotSupportedException($"There is no type '{type}'."),
    };

    private static int Compare(JsonNode left, JsonNode right)
    {
        var (one, other) = (left.ToJsonString(), right.ToJsonString());
        return decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit)
                && (exact != 0 || limit != 0)
            ? exact.CompareTo(limit)
            : double.Parse(one, CultureInfo.InvariantCulture).CompareTo(double.Parse(other, CultureInfo.InvariantCulture));
    }
}
