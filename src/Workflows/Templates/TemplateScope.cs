namespace Orchestrator.Workflows.Templates;

/// <summary>What plain names are looked up in at some place of a template.</summary>
/// <param name="Outer">What <c>../</c> leads to; null for the template itself, that is outside of every {{#each}}.</param>
/// <param name="Frame">How many frames Handlebars has on its stack there: it opens one for {{else}} of {{#each}}, too.</param>
internal sealed record TemplateScope(TemplateScope? Outer, int Frame)
{
    public static TemplateScope Template { get; } = new(null, 0);
}
