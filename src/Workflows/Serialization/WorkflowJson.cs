using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Serialization;

/// <summary>
/// The options of all JSON that the program reads and writes: camelCase names, and no escapes for characters outside ASCII. Letter case counts: with
/// the web defaults, members of users' objects that differ only in letter case would be read as one. A duplicate member is an error. Thread-safe.
/// </summary>
public static class WorkflowJson
{
    /// <summary>Without white space and nulls, for stores and requests. Read-only.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>Indented and without nulls, for people. Read-only.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>Without white space, with nulls, for documents whose members are a contract. Read-only.</summary>
    public static JsonSerializerOptions Document { get; } = Create(indented: false, JsonIgnoreCondition.Never);

    /// <summary>Indented, with nulls, for the same documents as people read them. Read-only.</summary>
    public static JsonSerializerOptions IndentedDocument { get; } = Create(indented: true, JsonIgnoreCondition.Never);

    /// <summary>A value as text: a text as it is, null as an empty text, any other value as compact JSON.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.TryGetValue<string>(out var characters) => characters,
        JsonValue date when date.GetValueKind() == JsonValueKind.String => JsonSerializer.SerializeToElement(date).GetString()!,
        _ => value.ToJsonString(Compact),
    };

    private static JsonSerializerOptions Create(bool indented, JsonIgnoreCondition ignore = JsonIgnoreCondition.WhenWritingNull)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            AllowDuplicateProperties = false,
            WriteIndented = indented,
            DefaultIgnoreCondition = ignore,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
