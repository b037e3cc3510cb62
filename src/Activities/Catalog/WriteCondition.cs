namespace Orchestrator.Activities.Catalog;

/// <summary>What must be stored already for a write to happen. Immutable.</summary>
public sealed class WriteCondition
{
    private readonly Func<string?, bool> _holds;

    private WriteCondition(string text, Func<string?, bool> holds) => (Text, _holds) = (text, holds);

    /// <summary>Anything or nothing.</summary>
    public static WriteCondition None { get; } = new("", _ => true);

    /// <summary>Nothing: the write creates.</summary>
    public static WriteCondition New { get; } = new("it exists already", etag => etag is null);

    /// <summary>Anything: the write replaces.</summary>
    public static WriteCondition Existing { get; } = new("there is none", etag => etag is not null);

    /// <summary>Why the write is refused, as the end of a sentence.</summary>
    internal string Text { get; }

    /// <summary>The state that one of these ETags names.</summary>
    public static WriteCondition Matches(params IReadOnlyCollection<string> etags) =>
        new("it was changed meanwhile; read it again", etag => etag is not null && etags.Contains(etag));

    /// <param name="etag">Of what is stored; null when nothing is.</param>
    internal bool Holds(string? etag) => _holds(etag);
}
