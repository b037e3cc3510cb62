namespace Orchestrator.EndToEnd;

/// <summary>The record of an attempt as it is stored.</summary>
internal sealed record Checkpoint(string Content, string ETag);
