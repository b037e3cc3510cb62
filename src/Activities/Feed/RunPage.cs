namespace Orchestrator.Activities.Feed;

/// <summary>Some of the runs that a filter lets through, the newest first.</summary>
/// <param name="ContinuationToken">Asks for the next page; null when there is none. A page may be short, even empty, and have a next one.</param>
public sealed record RunPage(IReadOnlyList<RunListItem> Runs, string? ContinuationToken);
