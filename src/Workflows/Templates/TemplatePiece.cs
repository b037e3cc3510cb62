namespace Orchestrator.Workflows.Templates;

/// <summary>A part of a template without blocks: text as it is, or a path whose value takes its place.</summary>
/// <param name="Text">The text; null for a path.</param>
/// <param name="Path">The names along the path, the root first; empty for text.</param>
internal readonly record struct TemplatePiece(string? Text, IReadOnlyList<TemplateSegment> Path);
