namespace Orchestrator.EndToEnd;

/// <summary>The record of an attempt as a file.</summary>
internal sealed record Checkpoint(string Content, DateTime WrittenAt);
