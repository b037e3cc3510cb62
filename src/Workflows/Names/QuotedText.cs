using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Names;

/// <summary>Quoted text of paths and expressions: single or double quotes, the escapes of JSON and <c>\'</c>; line breaks must be escaped.</summary>
internal static class QuotedText
{
    private const string Escapes = "\"'\\/bfnrt";
    private const string Escaped = "\"'\\/\b\f\n\r\t";
    private const int UnicodeDigits = 4;

    /// <summary>
    /// Reads the text whose opening quote is at <paramref name="position"/>. On success the position is after the closing quote, on failure at the
    /// error.
    /// </summary>
    public static bool TryRead(string source, ref int position, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        var (open, next) = (position, position + 1);
        var read = new StringBuilder();
        (text, error) = (null, null);
        while (next < source.Length && source[next] is not ('\n' or '\r'))
        {
            if (source[next] == source[open])
            {
                position = next + 1;
                text = read.ToString();
                return true;
            }

            if (source[next] != '\\')
            {
                read.Append(source[next++]);
            }
            else if (Escape(source, next) is var (character, length))
            {
                read.Append(character);
                next += length;
            }
            else
            {
                position = next;
                error = "After '\\' there must be one of \" ' \\ / b f n r t, or u and four hexadecimal digits.";
                return false;
            }
        }

        error = $"The text that begins here has no closing {source[open]}; write a line break in it as \\n.";
        return false;
    }

    /// <summary>The text in quotes; control characters, line separators and unpaired surrogates are escaped.</summary>
    public static string Write(string text, char quote)
    {
        var written = new StringBuilder(text.Length + 2).Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var known = text[i] is '"' or '\'' or '/' ? -1 : Escaped.IndexOf(text[i], StringComparison.Ordinal);
            if (known >= 0 || text[i] == quote)
            {
                written.Append('\\').Append(known >= 0 ? Escapes[known] : quote);
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                written.Append(text[i]).Append(text[++i]);
            }
            else if (char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] is '\u2028' or '\u2029')
            {
                written.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
            else
            {
                written.Append(text[i]);
            }
        }

        return written.Append(quote).ToString();
    }

    private static (char Character, int Length)? Escape(string source, int backslash)
    {
        var letter = backslash + 1 < source.Length ? source[backslash + 1] : '\0';
        var known = Escapes.IndexOf(letter, StringComparison.Ordinal);
        if (known >= 0)
        {
            return (Escaped[known], 2);
        }

        var digits = source.AsSpan(backslash + 1);
        return letter == 'u' && digits.Length > UnicodeDigits
            && ushort.TryParse(digits.Slice(1, UnicodeDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                ? ((char)code, UnicodeDigits + 2)
                : null;
    }
}
