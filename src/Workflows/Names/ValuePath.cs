using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Names;

/// <summary>A path to a value, such as <c>inputs.question</c>, <c>users[0].name</c> or <c>steps["fetch-users"].output</c>.</summary>
public sealed class ValuePath
{
    private readonly string _text;

    private ValuePath(string text, IReadOnlyList<string> segments)
    {
        _text = text;
        Segments = segments;
    }

    /// <summary>The name the path begins with.</summary>
    public string Root => Segments[0];

    /// <summary>All names and indexes, the root first; at least one.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>Reads a path, or says in <paramref name="error"/> what is wrong with it.</summary>
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
            path = new ValuePath(text, segments);
        }

        return error is null;
    }

    /// <summary>
    /// Follows the segments from <paramref name="first"/> on into <paramref name="value"/>.
    /// False when a segment names nothing; a null on the way is a value without members.
    /// </summary>
    public bool TryFollow(JsonNode? value, int first, out JsonNode? found)
    {
        found = value;
        for (var index = first; index < Segments.Count; index++)
        {
            var segment = Segments[index];
            switch (found)
            {
                case JsonObject item when item.TryGetPropertyValue(segment, out var member):
                    found = member;
                    break;
                case JsonArray items when segment == "length":
                    found = items.Count;
                    break;
                case JsonArray items when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < items.Count:
                    found = items[at];
                    break;
                case JsonValue text when segment == "length" && text.TryGetValue<string>(out var characters):
                    found = characters.Length;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    public override string ToString() => _text;

    private static string? ReadName(string text, ref int position, List<string> segments)
    {
        if (segments.Count > 0)
        {
            if (text[position] != '.')
            {
                return $"Unexpected '{text[position]}' at character {position + 1} of the path '{text}'; names of other letters go into [\"…\"].";
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
        var start = position + 1;
        var quoted = start < text.Length && text[start] is '"' or '\'';
        var end = quoted ? text.IndexOf($"{text[start]}]", start + 1, StringComparison.Ordinal) : text.IndexOf(']', start);
        var inner = end < 0 ? "" : quoted ? text[(start + 1)..end] : text[start..end];
        if (end < 0 || (!quoted && !int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return $"'[' at character {position + 1} of the path '{text}' must be followed by a number or a quoted name and ']'.";
        }

        segments.Add(inner);
        position = end + (quoted ? 2 : 1);
        return null;
    }
}
