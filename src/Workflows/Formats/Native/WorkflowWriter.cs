using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>
/// Writes a workflow definition in the native format: only what its author gave, members in a fixed order, lines that end with LF. A definition that
/// the reader accepts is unchanged after it is written and read again. The limits of all shared resources are written as <c>resources</c>.
/// Thread-safe.
/// </summary>
public static class WorkflowWriter
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The definition as indented JSON, with a final line break.</summary>
    /// <param name="definition">Its texts must be valid Unicode.</param>
    /// <param name="schema">The address of the JSON schema for the member <c>$schema</c>, which editors read; null for none.</param>
    public static string WriteJson(WorkflowDefinition definition, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var document = new JsonObject();
        document.Put("$schema", schema);
        DefinitionWriter.Write(definition, document);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Indented))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    /// <summary>The definition as YAML in block style, with a final line break.</summary>
    /// <param name="definition">Its texts must be valid Unicode.</param>
    /// <param name="schema">The address of the JSON schema for a comment that editors read, without line breaks; null for none.</param>
    public static string WriteYaml(WorkflowDefinition definition, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var document = new JsonObject();
        DefinitionWriter.Write(definition, document);
        return (schema is null ? "" : $"# yaml-language-server: $schema={schema}\n") + new YamlWriter().Write(document);
    }
}
