using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes a text as a YAML scalar that every YAML 1.1 and 1.2 parser reads as that text. Thread-safe.</summary>
internal static class YamlScalarWriter
{
    /// <summary>
    /// First characters that are not allowed in a plain scalar, or with which it may be a number, a date or a merge key for some parser.
    /// </summary>
    private static readonly SearchValues<char> Indicators = SearchValues.Create("-?:,[]{}#&*!|>'\"%@`+.=~< 0123456789");

    /// <summary>Booleans and nulls of YAML 1.1, which many parsers still support.</summary>
    private static readonly HashSet<string> Words = new(
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The text on one line: plain if every parser reads it as this text, otherwise in quotes.</summary>
    public static string Line(string text)
    {
        if (!text.All(IsPrintable))
        {
            return Escaped(text);
        }

        return IsSafePlain(text) ? text
            : text.AsSpan().ContainsAny('"', '\\') ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : $"\"{text}\"";
    }

    /// <summary>
    /// The header of a literal block scalar for a text of several lines; null when a block scalar cannot represent the text exactly.
    /// </summary>
    /// <param name="indentation">Number of columns by which the lines are indented, which the header states if the first line begins with white
    /// space.</param>
    public static string? BlockHeader(string text, int indentation)
    {
        if (!text.Contains('\n', StringComparison.Ordinal) || !text.All(character => character is '\n' or '\t' || IsPrintable(character)))
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

    private static bool IsSafePlain(string text) =>
        text.Length > 0
        && !Indicators.Contains(text[0])
        && text[^1] is not (' ' or ':')
        && !text.Contains(": ", StringComparison.Ordinal)
        && !text.Contains(" #", StringComparison.Ordinal)

        // Valid in a plain scalar, but YamlDotNet 16 reads a name with it as one with an alias.
        && !text.Contains(" *", StringComparison.Ordinal)
        && !Words.Contains(text)
        && YamlScalar.Of(text).Kind == SourceKind.String;

    /// <summary>Whether a character is visible and needs no escape.</summary>
    private static bool IsPrintable(char character) =>
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
                _ when IsPrintable(character) => written.Append(character),
                _ => written.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
            };
        }

        return written.Append('"').ToString();
    }
}
