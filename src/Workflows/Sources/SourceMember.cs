namespace Orchestrator.Workflows.Sources;

/// <summary>A named value of an object, with the place of its name.</summary>
public sealed record SourceMember(string Name, int Line, int Column, SourceNode Value);
