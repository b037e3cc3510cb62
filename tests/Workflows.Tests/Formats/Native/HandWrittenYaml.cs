using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>
/// Writes JSON as the YAML that people write, which <c>YamlWriter</c> does not: plain words, <c>~</c> for null, block scalars for texts of several
/// lines.
/// </summary>
internal static class HandWrittenYaml
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                foreach (var (name, value) in members)
                {
                    text.Append(' ', indent).Append(name).Append(':');
                    WriteBelow(text, value, indent + 2);
                }

                break;
            case JsonArray { Count: > 0 } items:
                foreach (var item in items)
                {
                    text.Append(' ', indent).Append('-');
                    WriteBelow(text, item, indent + 2);
                }

                break;
            default:
                text.Append(' ', indent);
                WriteBelow(text, node, indent);
                break;
        }
    }

    private static void WriteBelow(StringBuilder text, JsonNode? node, int indent)
    {
        if (node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Write(text, node, indent);
        }
        else if (node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is var value
            && value.Contains('\n', StringComparison.Ordinal) && value.TrimEnd() == value)
        {
            text.Append(" |-\n")
                .Append(string.Concat(value.Split('\n').Select(line => line.Length == 0 ? "\n" : new string(' ', indent) + line + "\n")));
        }
        else
        {
            var plain = node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > 0 } word
                && word.All(char.IsAsciiLetter) && word is not ("true" or "false" or "null");
            text.Append(' ').Append(plain ? node!.GetValue<string>() : node?.ToJsonString() ?? "~").Append('\n');
        }
    }
}
