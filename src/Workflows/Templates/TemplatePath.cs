using System.Text;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A path in the syntax of placeholders: <c>a.b</c>, <c>a.[0]</c>, <c>a[0]</c>, <c>a["x y"]</c>, <c>../a</c>, <c>this.a</c>, <c>@root.a</c>,
/// <c>@index</c>. Immutable.
/// </summary>
/// <param name="Up">Number of leading <c>../</c>.</param>
/// <param name="Start">The value it begins at.</param>
/// <param name="Variable">The name after @ when <see cref="Start"/> is Variable; null otherwise.</param>
internal sealed record TemplatePath(int Up, TemplatePath.Origin Start, string? Variable, IReadOnlyList<string> Segments)
{
    internal enum Origin
    {
        /// <summary>The value of the enclosing block.</summary>
        Here,

        /// <summary>The same, written as <c>this</c> or <c>.</c>.</summary>
        This,

        /// <summary>The names of the lookup.</summary>
        Root,

        /// <summary>Index, key, first or last of the enclosing {{#each}}.</summary>
        Variable,
    }

    /// <summary>The path; null when <paramref name="text"/> is not a path.</summary>
    public static TemplatePath? Read(string text)
    {
        var up = 0;
        var position = 0;
        while (string.CompareOrdinal(text, position, "..", 0, 2) == 0)
        {
            up++;
            position += 2;
            if (position < text.Length && text[position++] != '/')
            {
                return null;
            }
        }

        var rest = text[position..];
        if (rest.Length == 0 || rest == ".")
        {
            return up > 0 || rest == "." ? new(up, Origin.This, null, []) : null;
        }

        if (up == 0 && rest is "@index" or "@key" or "@first" or "@last")
        {
            return new(0, Origin.Variable, rest[1..], []);
        }

        var origin = Origin.Here;
        if (Begins(rest, "@root") && up == 0)
        {
            (origin, rest) = (Origin.Root, rest[5..]);
        }
        else if (Begins(rest, "this"))
        {
            (origin, rest) = (Origin.This, rest[4..]);
        }

        var segments = ReadSegments(rest, afterOrigin: origin != Origin.Here);
        return segments is null ? null : new(up, origin, null, segments);
    }

    public static bool IsIndex(string segment) => segment.Length is > 0 and < 10 && segment.All(char.IsAsciiDigit);

    private static bool Begins(string text, string word) =>
        text.StartsWith(word, StringComparison.Ordinal) && (text.Length == word.Length || text[word.Length] is '.' or '[');

    private static List<string>? ReadSegments(string text, bool afterOrigin)
    {
        var segments = new List<string>();
        var position = 0;
        while (position < text.Length)
        {
            var first = segments.Count == 0 && !afterOrigin;
            if (text[position] == '.' && !first)
            {
                position++;
            }
            else if (text[position] != '[' && !first)
            {
                return null;
            }

            var segment = position < text.Length && text[position] == '['
                ? ReadBracket(text, ref position)
                : ReadName(text, ref position);
            if (segment is null || (first && segment.All(char.IsAsciiDigit)))
            {
                return null;
            }

            segments.Add(segment);
        }

        return segments;
    }

    private static string? ReadName(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && Rune.TryGetRuneAt(text, position, out var character) && NameRules.IsPlaceholderCharacter(character))
        {
            position += character.Utf16SequenceLength;
        }

        return position == start ? null : text[start..position];
    }

    private static string? ReadBracket(string text, ref int position)
    {
        var end = text.IndexOf(']', position);
        if (end < 0)
        {
            return null;
        }

        var inside = text[(position + 1)..end];
        position = end + 1;
        if (inside.Length >= 2 && inside[0] is '"' or '\'')
        {
            return inside[^1] == inside[0] && inside.Length > 2 ? inside[1..^1] : null;
        }

        return inside.Length == 0 ? null : inside;
    }
}
