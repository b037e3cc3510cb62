namespace Orchestrator.Activities.Catalog;

/// <summary>The state in which a record must be for a write to happen. Immutable and thread-safe.</summary>
public sealed class WriteCondition
{
    private readonly Func<string?, bool> _holds;

    private WriteCondition(string text, Func<string?, bool> holds) => (Text, _holds) = (text, holds);

    /// <summary>No condition: the write creates or replaces.</summary>
    public static WriteCondition None { get; } = new("", _ => true);

    /// <summary>There must be no record: the write creates it.</summary>
    public static WriteCondition New { get; } = new("it exists already", etag => etag is null);

    /// <summary>There must be a record: the write replaces it.</summary>
    public static WriteCondition Existing { get; } = new("there is none", etag => etag is not null);

    /// <summary>Why the write is refused, as the end of a sentence.</summary>
    internal string Text { get; }

    /// <summary>The record must be in the state that one of these ETags identifies.</summary>
    public static WriteCondition Matches(params IReadOnlyCollection<string> etags) =>
        new("it was changed meanwhile; read it again", etag => etag is not null && etags.Contains(etag));

    /// <param name="etag">Of the current record; null when there is none.</param>
    internal bool Holds(string? etag) => _holds(etag);
}
