namespace Orchestrator.Workflows.Templates;

/// <summary>One name of a path at the place where a template uses it. Handlebars sees only its number, so that no name is ever special.</summary>
/// <param name="Path">The whole path as the author wrote it, for messages.</param>
/// <param name="Iterated">The value must be something that {{#each}} can go through.</param>
internal sealed record TemplateSegment(string Name, string Path, int Line, int Column, bool Iterated);
