namespace Orchestrator.Workflows.Templates;

/// <summary>What plain names are looked up in at some place of a template.</summary>
/// <param name="Outer">What <c>../</c> leads to; null for the template itself.</param>
/// <param name="Frame">How many frames Handlebars has on its stack there: it opens one for {{else}} of {{#each}}, too.</param>
/// <param name="InEach">Whether @index and its like exist.</param>
internal sealed record TemplateScope(TemplateScope? Outer, int Frame, bool InEach)
{
    public static TemplateScope Template { get; } = new(null, 0, InEach: false);
}
