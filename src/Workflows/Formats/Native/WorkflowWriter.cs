using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>
/// Writes a workflow definition in the native format: only what its author said, members always in the same order, lines ended by LF. What the reader accepts comes
/// back unchanged when it is written and read again. The limits of shared resources are all written as <c>resources</c>.
/// </summary>
public static class WorkflowWriter
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="definition">Its texts must be valid Unicode.</param>
    /// <param name="schema">The address of the JSON schema, for editors; null for none.</param>
    public static string WriteJson(WorkflowDefinition definition, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var document = new JsonObject();
        document.Put("$schema", schema);
        DefinitionDocument.Write(definition, document);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Indented))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    /// <param name="definition">Its texts must be valid Unicode.</param>
    /// <param name="schema">The address of the JSON schema, for a comment that editors understand; null for none. Without line breaks.</param>
    public static string WriteYaml(WorkflowDefinition definition, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var document = new JsonObject();
        DefinitionDocument.Write(definition, document);
        return (schema is null ? "" : $"# yaml-language-server: $schema={schema}\n") + new YamlText().Write(document);
    }
}
