using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Serialization;

/// <summary>
/// How the program writes all its JSON: camelCase names, nulls left out unless a type says otherwise, text readable. Letter case counts, also in
/// the objects that are values of users: with the web defaults two of their members may be read as one. A member that stands twice is an error.
/// </summary>
public static class WorkflowJson
{
    /// <summary>Compact, for stores and the wire. Shared and read-only.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>Indented, for people. Shared and read-only.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>For documents whose members are a contract: nulls are written. Shared and read-only.</summary>
    public static JsonSerializerOptions Document { get; } = Create(indented: false, JsonIgnoreCondition.Never);

    /// <summary>The same for people. Shared and read-only.</summary>
    public static JsonSerializerOptions IndentedDocument { get; } = Create(indented: true, JsonIgnoreCondition.Never);

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
