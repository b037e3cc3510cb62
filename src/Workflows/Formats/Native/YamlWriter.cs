using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes one JSON object as YAML in block style. Not thread-safe; for one document.</summary>
internal sealed class YamlWriter
{
    private const int Indentation = 2;

    /// <summary>A longer name is written as an explicit key (<c>? name</c>): YAML allows at most 1,024 characters before the ':'.</summary>
    private const int MaxImplicitKey = 1_000;

    private readonly StringBuilder _text = new();

    public string Write(JsonObject document)
    {
        WriteObject(document, 0);
        return _text.ToString();
    }

    /// <param name="indent">The column of its names; the text already ends at that column.</param>
    private void WriteObject(JsonObject value, int indent)
    {
        var isFirst = true;
        foreach (var (name, member) in value)
        {
            Indent(isFirst ? 0 : indent);
            isFirst = false;
            var written = YamlScalarWriter.Line(name);
            if (written.Length > MaxImplicitKey)
            {
                _text.Append("? ").Append(written).Append('\n');
                Indent(indent);
            }
            else
            {
                _text.Append(written);
            }

            _text.Append(':');
            WriteValue(member, indent, isItem: false);
        }
    }

    /// <param name="indent">The column of the dashes; the text already ends at that column.</param>
    private void WriteArray(JsonArray value, int indent)
    {
        for (var index = 0; index < value.Count; index++)
        {
            Indent(index == 0 ? 0 : indent);
            _text.Append('-');
            WriteValue(value[index], indent, isItem: true);
        }
    }

    /// <summary>Writes the value after a ':' or a '-', including the line break after it.</summary>
    /// <param name="indent">The column of the name or the dash.</param>
    /// <param name="isItem">Whether it follows a dash: an object or a list then begins on the same line.</param>
    private void WriteValue(JsonNode? value, int indent, bool isItem)
    {
        var within = indent + Indentation;
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            _text.Append(isItem ? ' ' : '\n');
            Indent(isItem ? 0 : within);
            if (value is JsonObject members)
            {
                WriteObject(members, within);
            }
            else
            {
                WriteArray((JsonArray)value, within);
            }
        }
        else if (value is JsonValue && value.GetValueKind() == JsonValueKind.String)
        {
            WriteString(value.GetValue<string>(), within);
        }
        else
        {
            _text.Append(' ').Append(value?.ToJsonString() ?? "null").Append('\n');
        }
    }

    private void WriteString(string value, int indent)
    {
        _text.Append(' ');
        if (YamlScalarWriter.BlockHeader(value, Indentation) is not { } header)
        {
            _text.Append(YamlScalarWriter.Line(value)).Append('\n');
            return;
        }

        _text.Append(header).Append('\n');
        foreach (var line in (value[^1] == '\n' ? value[..^1] : value).Split('\n'))
        {
            Indent(line.Length == 0 ? 0 : indent);
            _text.Append(line).Append('\n');
        }
    }

    private void Indent(int columns) => _text.Append(' ', columns);
}
