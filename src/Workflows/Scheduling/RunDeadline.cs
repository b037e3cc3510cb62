namespace Orchestrator.Workflows.Scheduling;

/// <summary>When the whole run must be done; suspensions after <paramref name="KnownAt"/> move it.</summary>
/// <param name="KnownAt">The moment up to which suspensions are counted in.</param>
public sealed record RunDeadline(DateTimeOffset At, DateTimeOffset KnownAt);
