namespace Orchestrator.Activities.Events;

/// <summary>Events of a feed from some position on.</summary>
/// <param name="Next">The position after the last event: where to go on. Opaque to clients.</param>
public sealed record EventPage(IReadOnlyList<RunEvent> Events, long Next);
