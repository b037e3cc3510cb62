namespace Orchestrator.Activities.Feed;

/// <summary>Events of a feed from some position on.</summary>
/// <param name="Next">The position after the last event: where to go on. Opaque to clients.</param>
/// <param name="BadLines">How many lines are no events: a crash tore them, or the log is damaged.</param>
public sealed record EventPage(IReadOnlyList<RunEvent> Events, long Next, int BadLines = 0);
