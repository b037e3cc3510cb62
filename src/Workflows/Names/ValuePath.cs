using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Names;

/// <summary>
/// A path to a value, such as <c>inputs.question</c>, <c>users[0].name</c> or <c>steps["fetch-users"].output</c>. Quoted names have the escapes of
/// JSON. Immutable and thread-safe.
/// </summary>
public sealed class ValuePath
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly string _text;

    private ValuePath(string text, string shown, IReadOnlyList<string> segments)
    {
        _text = text;
        Shown = shown;
        Segments = segments;
    }

    /// <summary>The name the path begins with.</summary>
    public string Root => Segments[0];

    /// <summary>All names and indexes, the root first; at least one.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>
    /// The path for messages and as the name of a value: in the spelling of placeholders if it was made from segments (<c>user.größe</c>), otherwise
    /// as it was written.
    /// </summary>
    public string Shown { get; }

    /// <summary>Parses a path.</summary>
    /// <param name="error">One sentence that says what is wrong and where; null on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ValuePath? path, [NotNullWhen(false)] out string? error)
    {
        var segments = new List<string>();
        var position = 0;
        path = null;
        error = null;
        while (error is null && (position < text.Length || segments.Count == 0))
        {
            error = position < text.Length && text[position] == '[' && segments.Count > 0
                ? ReadIndex(text, ref position, segments)
                : ReadName(text, ref position, segments);
        }

        if (error is null)
        {
            path = new ValuePath(text, text, segments);
        }

        return error is null;
    }

    /// <summary>The path of the given names and indexes, in its normal form.</summary>
    /// <exception cref="ArgumentException">The list is empty, or its first entry is not a name of ASCII letters, digits and _.</exception>
    public static ValuePath Of(IReadOnlyList<string> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        if (segments.Count == 0 || !IsName(segments[0]))
        {
            throw new ArgumentException("A path begins with a name.", nameof(segments));
        }

        return OfPlaceholder(segments);
    }

    /// <summary>
    /// The path of a placeholder, which may begin with any name, such as one that a step's mapping gives: <c>["größe"].value</c>. Otherwise in its
    /// normal form, which <see cref="TryParse"/> reads.
    /// </summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static ValuePath OfPlaceholder(IReadOnlyList<string> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        if (segments.Count == 0)
        {
            throw new ArgumentException("A path has at least one name.", nameof(segments));
        }

        return new ValuePath(Write(segments, IsName), Write(segments, IsPlaceholderName), [.. segments]);
    }

    private static string Write(IReadOnlyList<string> segments, Func<string, bool> isUnquoted)
    {
        if (segments is [var only] && isUnquoted(only))
        {
            return only;
        }

        var text = new StringBuilder();
        foreach (var segment in segments)
        {
            var isRoot = text.Length == 0;
            text.Append(
                isUnquoted(segment) ? isRoot ? segment : $".{segment}"
                : IsIndex(segment) && !isRoot ? $"[{segment}]"
                : $"[{QuotedText.Write(segment, '"')}]");
        }

        return text.ToString();
    }

    /// <summary>
    /// Follows the segments from index <paramref name="first"/> on into <paramref name="value"/>.
    /// False when a segment names nothing; null has no members.
    /// </summary>
    public bool TryFollow(JsonNode? value, int first, out JsonNode? found)
    {
        found = value;
        for (var index = first; index < Segments.Count; index++)
        {
            if (!TryStep(found, Segments[index], out found))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Gets the member, element or length of <paramref name="value"/> that <paramref name="segment"/> names. <c>length</c> is the number of elements
    /// of a list or of characters of a text; in an object it is an ordinary member. False when there is none.
    /// </summary>
    public static bool TryStep(JsonNode? value, string segment, out JsonNode? found)
    {
        found = null;
        switch (value)
        {
            case JsonObject item:
                return item.TryGetPropertyValue(segment, out found);
            case JsonArray items when segment == "length":
                found = items.Count;
                return true;
            case JsonArray items when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < items.Count:
                found = items[at];
                return true;
            case JsonValue text when segment == "length" && text.TryGetValue<string>(out var characters):
                found = characters.Length;
                return true;
            default:
                return false;
        }
    }

    /// <summary>The paths without those that are written like an earlier one.</summary>
    internal static IReadOnlyList<ValuePath> Distinct(IReadOnlyCollection<ValuePath> paths) =>
        paths.Count < 2 ? [.. paths] : [.. paths.DistinctBy(path => path._text, StringComparer.Ordinal)];

    /// <summary>The path as it was written, or in its normal form if it was made from segments.</summary>
    public override string ToString() => _text;

    private static string? ReadName(string text, ref int position, List<string> segments)
    {
        if (segments.Count > 0)
        {
            if (text[position] != '.')
            {
                return $"Unexpected '{text[position]}' at character {position + 1} of the path '{text}'; "
                    + "write names with other characters as [\"…\"].";
            }

            position++;
        }

        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
        {
            position++;
        }

        if (position == start)
        {
            return text.Length == 0
                ? "The path is empty."
                : $"A name is missing at character {position + 1} of the path '{text}'.";
        }

        segments.Add(text[start..position]);
        return null;
    }

    private static string? ReadIndex(string text, ref int position, List<string> segments)
    {
        var (open, end) = (position, position + 1);
        string? segment = null;
        if (end < text.Length && text[end] is '"' or '\'')
        {
            _ = QuotedText.TryRead(text, ref end, out segment, out _);
        }
        else
        {
            end = Math.Max(text.IndexOf(']', end), end);
            var digits = text[(open + 1)..end];
            segment = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? digits : null;
        }

        if (segment is null || end >= text.Length || text[end] != ']')
        {
            return $"'[' at character {open + 1} of the path '{text}' must be followed by a number or a quoted name and ']'.";
        }

        segments.Add(segment);
        position = end + 1;
        return null;
    }

    private static bool IsName(string segment) =>
        segment.Length > 0 && !char.IsAsciiDigit(segment[0]) && !segment.AsSpan().ContainsAnyExcept(NameCharacters);

    private static bool IsPlaceholderName(string segment)
    {
        foreach (var character in segment.EnumerateRunes())
        {
            if (!NameRules.IsPlaceholderCharacter(character))
            {
                return false;
            }
        }

        return segment.Length > 0 && !char.IsAsciiDigit(segment[0]);
    }

    private static bool IsIndex(string segment) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out _) && segment is "0" or not ['0', ..];
}
