using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Tools;

/// <summary>
/// The subset of JSON Schema (draft 2020-12) in which tools describe their inputs: <c>type</c>, <c>properties</c>, <c>required</c>, <c>enum</c>,
/// <c>additionalProperties</c>, <c>items</c>, <c>minimum</c>, <c>maximum</c>, and for readers <c>title</c>, <c>description</c>, <c>default</c> and
/// <c>examples</c>. One keyword is an extension: <c>x-placeholders</c> on a member of the input is <c>kept</c> when the tool itself fills in the
/// placeholders, and <c>refused</c> when there may be none. Thread-safe.
/// </summary>
public static class ToolSchema
{
    internal static readonly string[] Types = ["string", "number", "integer", "boolean", "array", "object", "null"];

    internal const string Placeholders = "x-placeholders";
    internal const string Refused = "refused";
    private const string Kept = "kept";

    private static readonly string[] Keywords =
    [
        "type", "properties", "required", "enum", "additionalProperties", "items", "minimum", "maximum",
        "title", "description", "default", "examples", Placeholders,
    ];

    /// <summary>Reads a schema.</summary>
    /// <exception cref="ArgumentException">The schema uses something outside the subset; the message lists everything.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonObject Parse(string json)
    {
        var schema = JsonNode.Parse(json) as JsonObject ?? throw new ArgumentException("A schema is an object.", nameof(json));
        return Problems(schema) is { Count: > 0 } problems ? throw new ArgumentException(string.Join(" ", problems), nameof(json)) : schema;
    }

    /// <summary>The members of an input whose placeholders are not filled in before the call.</summary>
    public static IReadOnlyList<string> LiteralMembers(JsonObject schema) =>
        [.. (schema["properties"] as JsonObject ?? []).Where(member => member.Value?[Placeholders] is not null).Select(member => member.Key)];

    /// <summary>One sentence for everything that <see cref="ToolInputCheck"/> does not support; empty when the schema is valid.</summary>
    internal static List<string> Problems(JsonObject schema)
    {
        var problems = new List<string>();
        Find(schema, "", problems);
        return problems;
    }

    private static void Find(JsonNode? node, string pointer, List<string> problems)
    {
        var place = pointer.Length == 0 ? "The schema" : $"The schema at {pointer}";
        if (node is not JsonObject schema)
        {
            problems.Add($"{place} must be an object.");
            return;
        }

        problems.AddRange(schema.Where(member => !Keywords.Contains(member.Key))
            .Select(member => $"{place} has the keyword '{member.Key}', which tools do not have."));
        problems.AddRange(TypesOf(schema).Where(type => !Types.Contains(type))
            .Select(type => $"{place} has the type '{type}', which does not exist."));
        if (schema[Placeholders] is { } placeholders && placeholders.ToString() is not (Kept or Refused))
        {
            problems.Add($"{place} has {Placeholders} '{placeholders}', which must be {Kept} or {Refused}.");
        }

        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            Find(property, $"{pointer}/properties/{name}", problems);
        }

        if (schema["items"] is { } items)
        {
            Find(items, $"{pointer}/items", problems);
        }

        if (schema["additionalProperties"] is { } additional && additional.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            Find(additional, $"{pointer}/additionalProperties", problems);
        }
    }

    /// <summary>The types that a schema allows; empty when it allows every type.</summary>
    internal static IReadOnlyList<string> TypesOf(JsonObject schema) => schema["type"] switch
    {
        null => [],
        JsonArray several => [.. several.Select(type => type?.ToString() ?? "null")],
        var one => [one.ToString()],
    };
}
