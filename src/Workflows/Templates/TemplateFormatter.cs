using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace Orchestrator.Workflows.Templates;

/// <summary>Writes values into a prompt: text as it is, null as nothing, everything else as compact JSON. Thread-safe.</summary>
internal sealed class TemplateFormatter : IFormatterProvider, IFormatter
{
    public static TemplateFormatter Instance { get; } = new();

    public bool TryCreateFormatter(Type type, [NotNullWhen(true)] out IFormatter? formatter)
    {
        formatter = type == typeof(JsonElement) || type == typeof(bool) ? this : null;
        return formatter is not null;
    }

    public void Format<T>(T value, in EncodedTextWriter writer)
    {
        switch (value)
        {
            case JsonElement element:
                writer.Write(Text(element), encode: false);
                break;
            case bool flag:
                writer.Write(flag ? "true" : "false", encode: false);
                break;
        }
    }

    public static string? Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => element.GetString(),
        _ => element.GetRawText(),
    };
}
