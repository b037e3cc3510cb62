namespace Orchestrator.Storage;

/// <summary>
/// Which keys an operation is about: everything under a folder, or there only what begins with some characters. It ends at a whole segment unless
/// <see cref="StartingWith"/> says otherwise, so <c>Under("runs", "a")</c> never touches <c>runs/ab</c>.
/// </summary>
public readonly record struct ContentPrefix
{
    private readonly string? _folder;
    private readonly string? _start;

    private ContentPrefix(string folder, string start) => (_folder, _start) = (folder, start);

    /// <summary>Every key of the store.</summary>
    public static ContentPrefix All => default;

    /// <summary>What keys begin with, as plain text: the empty string, or a folder with its slash, then the first characters of a segment.</summary>
    public string Value => (_folder is { Length: > 0 } folder ? folder + "/" : "") + Start;

    /// <summary>The folder without its slash; empty for the root.</summary>
    internal string Folder => _folder ?? "";

    /// <summary>The first characters of the segment below <see cref="Folder"/>; empty for any.</summary>
    internal string Start => _start ?? "";

    /// <summary>Everything in the folder that these segments name, at any depth.</summary>
    /// <exception cref="ArgumentException">A segment is not allowed.</exception>
    public static ContentPrefix Under(params ReadOnlySpan<string> segments) =>
        segments.IsEmpty ? All : new ContentPrefix(ContentKey.Of(segments).Value, "");

    /// <summary>Only what begins with <paramref name="characters"/> in the folder itself: <c>Under("runs", id).StartingWith("events-")</c>.</summary>
    /// <exception cref="ArgumentException">A character is not allowed in a segment.</exception>
    public ContentPrefix StartingWith(string characters)
    {
        // A dot may end the start of a segment though not a segment, hence the letter.
        if (ContentKey.SegmentProblem(characters + "x") is { } problem)
        {
            throw new ArgumentException($"'{characters}' cannot begin a segment of a content key: {problem}.", nameof(characters));
        }

        return new ContentPrefix(Folder, characters);
    }

    public bool Matches(ContentKey key) => key.Value.StartsWith(Value, StringComparison.Ordinal);

    public override string ToString() => Value;
}
