namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>One version of a stored prompt.</summary>
/// <param name="At">When it was stored, or stored again as the newest.</param>
public sealed record StoredPromptVersion(string Version, DateTimeOffset At);
