namespace Orchestrator.Workflows.Templates;

/// <summary>A template that was checked and rewritten so that Handlebars can read it only one way.</summary>
/// <param name="Handlebars">The rewritten template: <c>[p3]</c> stands for segment 3, <c>[t3]</c> for text 3.</param>
/// <param name="Texts">Pieces of text that Handlebars would take for syntax.</param>
/// <param name="References">What it names from outside, in order of appearance.</param>
/// <param name="Pieces">The same as texts and paths one after the other, for a template without blocks; null for one that needs Handlebars.</param>
internal sealed record TemplateProgram(
    string Handlebars,
    IReadOnlyList<TemplateSegment> Segments,
    IReadOnlyList<string> Texts,
    IReadOnlyList<TemplateReference> References,
    IReadOnlyList<TemplatePiece>? Pieces,
    bool HasPlaceholders);
