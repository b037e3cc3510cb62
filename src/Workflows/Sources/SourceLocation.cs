namespace Orchestrator.Workflows.Sources;

/// <summary>Where a node that is about to be made hangs, and where its text begins.</summary>
internal readonly record struct SourceLocation(SourceNode? Parent, string? Name, int Index, int Line, int Column);
