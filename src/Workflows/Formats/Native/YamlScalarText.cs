using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>How a text is written in YAML so that every reader takes it for that very text.</summary>
internal static class YamlScalarText
{
    /// <summary>What begins so is no plain text for YAML, or might be a number, a date or a merge for some reader of it.</summary>
    private static readonly SearchValues<char> Indicators = SearchValues.Create("-?:,[]{}#&*!|>'\"%@`+.=~< 0123456789");

    /// <summary>Truth values of YAML 1.1, which many readers still know.</summary>
    private static readonly HashSet<string> Words = new(["y", "n", "yes", "no", "on", "off", "true", "false", "null"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The text on one line: plain where it reads as itself, otherwise in quotes.</summary>
    public static string Line(string text)
    {
        if (!text.All(IsPlain))
        {
            return Escaped(text);
        }

        return IsReadAsItself(text) ? text
            : text.AsSpan().ContainsAny('"', '\\') ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : $"\"{text}\"";
    }

    /// <summary>What stands before the lines of a text of several lines; null when these lines would not be exactly that text.</summary>
    /// <param name="indentation">The columns by which the lines are indented, said when the text's own first line does not show it.</param>
    public static string? BlockHeader(string text, int indentation)
    {
        if (!text.Contains('\n', StringComparison.Ordinal) || !text.All(character => character is '\n' or '\t' || IsPlain(character)))
        {
            return null;
        }

        var lines = text.Split('\n');
        var isBlank = lines.All(line => line.Length == 0);
        if (isBlank || Array.Exists(lines, line => line.Length > 0 && (line[0] == '\t' || string.IsNullOrWhiteSpace(line))))
        {
            return null;
        }

        var indicator = text[0] is ' ' or '\n' ? indentation.ToString(CultureInfo.InvariantCulture) : "";
        var ending = text[^1] != '\n' ? "-" : text.Length > 1 && text[^2] == '\n' ? "+" : "";
        return $"|{indicator}{ending}";
    }

    private static bool IsReadAsItself(string text) =>
        text.Length > 0
        && !Indicators.Contains(text[0])
        && text[^1] is not (' ' or ':')
        && !text.Contains(": ", StringComparison.Ordinal)
        && !text.Contains(" #", StringComparison.Ordinal)

        // Plain for YAML, but YamlDotNet 16 takes a name with it for one with an alias.
        && !text.Contains(" *", StringComparison.Ordinal)
        && !Words.Contains(text)
        && YamlScalar.Of(text).Kind == SourceKind.String;

    /// <summary>A character that stands for itself and that one can see.</summary>
    private static bool IsPlain(char character) =>
        character is (>= ' ' and <= '~') or (> '\u00A0' and not ('\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF'));

    private static string Escaped(string text)
    {
        var written = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => written.Append('\\').Append(character),
                '\n' => written.Append("\\n"),
                '\r' => written.Append("\\r"),
                '\t' => written.Append("\\t"),
                _ when IsPlain(character) => written.Append(character),
                _ => written.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
            };
        }

        return written.Append('"').ToString();
    }
}
