namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>One text of a stored workflow.</summary>
/// <param name="At">When it was stored.</param>
public sealed record StoredWorkflowVersion(string Hash, DateTimeOffset At);
