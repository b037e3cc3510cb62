using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Storage;

/// <summary>
/// The name of one value in a store: segments of <c>A-Z a-z 0-9 . _ @ -</c> separated by <c>/</c>. Every instance is valid, so it is safe as a
/// path of a file and as the name of a blob. Ordinary text of users (a title, an e-mail subject) must be hashed or encoded by the caller first.
/// </summary>
public readonly record struct ContentKey
{
    /// <summary>The longest segment, in characters.</summary>
    public const int MaxSegmentLength = 200;

    /// <summary>The longest key, in characters with its slashes.</summary>
    public const int MaxLength = 900;

    private readonly string? _value;

    private ContentKey(string value) => _value = value;

    /// <summary>The segments joined by slashes.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>, not a key that a factory made.</exception>
    public string Value =>
        _value ?? throw new InvalidOperationException("This ContentKey was never given a value. Make it with ContentKey.Of or ContentKey.Parse.");

    /// <summary>A key of these segments, in this order. A slash inside a segment is refused: user text can add no level.</summary>
    /// <exception cref="ArgumentException">A segment, or the whole, is not allowed; the message shows it and says why.</exception>
    public static ContentKey Of(params ReadOnlySpan<string> segments)
    {
        if (segments.IsEmpty)
        {
            throw new ArgumentException("A content key needs at least one segment.", nameof(segments));
        }

        foreach (var segment in segments)
        {
            if (SegmentProblem(segment) is { } problem)
            {
                throw new ArgumentException($"'{segment}' cannot be a segment of a content key: {problem}.", nameof(segments));
            }
        }

        return new ContentKey(Bounded(string.Join('/', segments), nameof(segments)));
    }

    /// <summary>The key that <see cref="Value"/> or a listing wrote.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows it and says why.</exception>
    public static ContentKey Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Of(value.Split('/'));
    }

    public override string ToString() => _value ?? "";

    /// <summary>The first segment of what <see cref="Value"/> wrote.</summary>
    internal static string FirstOf(string value) => value.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? value[..slash] : value;

    /// <summary>Whether <paramref name="text"/> could be a segment, or the start of one.</summary>
    public static bool IsSegment([NotNullWhen(true)] string? text) => SegmentProblem(text) is null;

    /// <summary>Why <paramref name="segment"/> is not allowed; null when it is.</summary>
    internal static string? SegmentProblem(string? segment)
    {
        if (string.IsNullOrEmpty(segment))
        {
            return "it is empty";
        }

        if (segment.Length > MaxSegmentLength)
        {
            return $"it has {segment.Length} characters, at most {MaxSegmentLength} are allowed";
        }

        foreach (var character in segment)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '@' or '-'))
            {
                return $"'{character}' is not allowed, only letters, digits and . _ @ -";
            }
        }

        // '.' and '..' would leave the folder; Windows and Azure both drop or refuse any other trailing dot, so two keys could become one.
        return segment[^1] == '.' ? "it ends with a dot" : null;
    }

    internal static string Bounded(string value, string parameter) => value.Length <= MaxLength
        ? value
        : throw new ArgumentException(
            $"A content key has at most {MaxLength} characters, this one has {value.Length}: '{value[..60]}…'.", parameter);
}
