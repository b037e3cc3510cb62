using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes a document as YAML in block style. For one document.</summary>
internal sealed class YamlText
{
    private const int Indentation = 2;

    /// <summary>A longer name needs a line of its own: YAML gives up on a ':' that comes later than after 1,024 characters.</summary>
    private const int LongestName = 1_000;

    private readonly StringBuilder _text = new();

    public string Write(JsonObject document)
    {
        WriteObject(document, 0);
        return _text.ToString();
    }

    /// <param name="indent">The column of its names; the first stands there already.</param>
    private void WriteObject(JsonObject value, int indent)
    {
        var isFirst = true;
        foreach (var (name, member) in value)
        {
            Indent(isFirst ? 0 : indent);
            isFirst = false;
            var written = YamlScalarText.Line(name);
            if (written.Length > LongestName)
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

    /// <param name="indent">The column of the dashes; the first is to stand where the text ends now.</param>
    private void WriteArray(JsonArray value, int indent)
    {
        for (var index = 0; index < value.Count; index++)
        {
            Indent(index == 0 ? 0 : indent);
            _text.Append('-');
            WriteValue(value[index], indent, isItem: true);
        }
    }

    /// <summary>Writes what comes after a ':' or a '-', to the end of its last line.</summary>
    /// <param name="indent">The column of the name or the dash.</param>
    /// <param name="isItem">It can begin on the line of its dash, whatever it is.</param>
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
        if (YamlScalarText.BlockHeader(value, Indentation) is not { } header)
        {
            _text.Append(YamlScalarText.Line(value)).Append('\n');
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
