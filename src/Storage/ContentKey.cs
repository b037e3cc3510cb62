using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Storage;

/// <summary>
/// The name of a value in a store: segments of <c>A-Z a-z 0-9 . _ @ -</c> separated by <c>/</c>. Every instance is a valid file path and blob name.
/// Text of users (a title, an e-mail subject) must be hashed or encoded by the caller. Immutable.
/// </summary>
public readonly record struct ContentKey
{
    /// <summary>Maximum length of a segment, in characters.</summary>
    public const int MaxSegmentLength = 200;

    /// <summary>Maximum length of a key, in characters with its slashes.</summary>
    public const int MaxLength = 900;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-");

    private readonly string? _value;

    private ContentKey(string value) => _value = value;

    /// <summary>The segments joined by slashes.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>.</exception>
    public string Value =>
        _value ?? throw new InvalidOperationException(
            "This ContentKey is the default value, which is not a key. Use ContentKey.Of or ContentKey.Parse.");

    /// <summary>Creates a key of these segments. A slash within a segment is refused, so that user text cannot add a level.</summary>
    /// <exception cref="ArgumentException">A segment or the key is not allowed; the message has it and the reason.</exception>
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

    /// <summary>Parses a key in the form of <see cref="Value"/>.</summary>
    /// <exception cref="ArgumentException">The text is not a key; the message has it and the reason.</exception>
    public static ContentKey Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Of(value.Split('/'));
    }

    public override string ToString() => _value ?? "";

    /// <summary>The first segment of a key in the form of <see cref="Value"/>.</summary>
    internal static string FirstOf(string value) => value.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? value[..slash] : value;

    /// <summary>Whether <paramref name="text"/> is allowed as a segment.</summary>
    public static bool IsSegment([NotNullWhen(true)] string? text) => SegmentProblem(text) is null;

    /// <summary>Whether <paramref name="text"/> is allowed as a segment.</summary>
    internal static bool IsSegment(ReadOnlySpan<char> text) => SegmentProblem(text) is null;

    /// <summary>The key of a segment below a folder.</summary>
    /// <param name="folder">The <see cref="Value"/> of a key; empty for the root.</param>
    /// <param name="segment">It must be allowed (<see cref="IsSegment(string)"/>), which is not checked again.</param>
    /// <exception cref="ArgumentException">The key is too long.</exception>
    internal static ContentKey Below(string folder, string segment) =>
        new(Bounded(folder.Length == 0 ? segment : $"{folder}/{segment}", nameof(segment)));

    /// <summary>Why <paramref name="segment"/> is not allowed; null when it is.</summary>
    internal static string? SegmentProblem(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty)
        {
            return "it is empty";
        }

        if (segment.Length > MaxSegmentLength)
        {
            return $"it has {segment.Length} characters, at most {MaxSegmentLength} are allowed";
        }

        if (segment.IndexOfAnyExcept(Allowed) is var place and >= 0)
        {
            return $"'{segment[place]}' is not allowed, only letters, digits and . _ @ -";
        }

        // '.' and '..' would leave the folder. Windows and Azure drop or refuse any other trailing dot, so two keys could have one name.
        return segment[^1] == '.' ? "it ends with a dot" : null;
    }

    internal static string Bounded(string value, string parameter) => value.Length <= MaxLength
        ? value
        : throw new ArgumentException(
            $"A content key has at most {MaxLength} characters, this one has {value.Length}: '{value[..60]}…'.", parameter);
}

/// <summary>
/// Selects keys: all below a folder, or those in it whose next segment begins with given characters. It ends at a whole segment unless
/// <see cref="StartingWith"/> is used, so <c>Under("runs", "a")</c> does not cover <c>runs/ab</c>. Immutable.
/// </summary>
public readonly record struct ContentPrefix
{
    private readonly string? _folder;
    private readonly string? _start;

    private ContentPrefix(string folder, string start) => (_folder, _start) = (folder, start);

    /// <summary>Every key of the store.</summary>
    public static ContentPrefix All => default;

    /// <summary>The common beginning of the keys: empty, or a folder with its slash, then the first characters of a segment.</summary>
    public string Value => (_folder is { Length: > 0 } folder ? folder + "/" : "") + Start;

    /// <summary>The folder without its slash; empty for the root.</summary>
    internal string Folder => _folder ?? "";

    /// <summary>The first characters of the segment below <see cref="Folder"/>; empty for any.</summary>
    internal string Start => _start ?? "";

    /// <summary>All keys below the folder of these segments, at any depth. Without segments: every key.</summary>
    /// <exception cref="ArgumentException">A segment is not allowed.</exception>
    public static ContentPrefix Under(params ReadOnlySpan<string> segments) =>
        segments.IsEmpty ? All : new ContentPrefix(ContentKey.Of(segments).Value, "");

    /// <summary>
    /// Only the keys whose next segment begins with <paramref name="characters"/>: <c>Under("runs", id).StartingWith("events-")</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A character is not allowed in a segment.</exception>
    public ContentPrefix StartingWith(string characters)
    {
        // The letter: the beginning of a segment may end in a dot, a segment may not.
        if (ContentKey.SegmentProblem(characters + "x") is { } problem)
        {
            throw new ArgumentException($"'{characters}' cannot begin a segment of a content key: {problem}.", nameof(characters));
        }

        return new ContentPrefix(Folder, characters);
    }

    /// <summary>Whether the prefix covers the key.</summary>
    public bool Matches(ContentKey key) => key.Value.StartsWith(Value, StringComparison.Ordinal);

    public override string ToString() => Value;
}
