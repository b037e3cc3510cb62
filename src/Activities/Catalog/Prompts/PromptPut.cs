namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>What came of storing a prompt.</summary>
/// <param name="Version">The version of what was stored.</param>
/// <param name="Created">Whether there was none of that name before.</param>
public sealed record PromptPut(Stored<StoredPrompt> Stored, string Version, bool Created);
