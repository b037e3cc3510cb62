namespace Orchestrator.Workflows.Templates;

/// <summary>A template that was read.</summary>
/// <param name="References">What it names from outside, in order of appearance.</param>
/// <param name="HasPlaceholders">Whether anything in it is replaced.</param>
/// <param name="IsOnePlaceholder">It is that and nothing else.</param>
internal sealed record TemplateProgram(IReadOnlyList<TemplateNode> Nodes, IReadOnlyList<TemplateReference> References, bool HasPlaceholders, bool IsOnePlaceholder);
