namespace Orchestrator.Workflows.Templates;

/// <summary>A part of a template. Immutable.</summary>
/// <param name="Tag">Where it was written.</param>
internal abstract record TemplateNode(TemplateTag Tag)
{
    internal sealed record Text(TemplateTag Tag) : TemplateNode(Tag);

    internal sealed record Value(TemplateTag Tag, TemplateSource Source) : TemplateNode(Tag);

    /// <summary>The body of the first branch whose condition holds.</summary>
    internal sealed record Choice(TemplateTag Tag, IReadOnlyList<TemplateBranch> Branches) : TemplateNode(Tag);

    /// <param name="Otherwise">For a list or an object without elements, and for null.</param>
    internal sealed record Each(TemplateTag Tag, TemplateSource Source, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Otherwise) : TemplateNode(Tag);
}

/// <param name="Condition">Null for {{else}}.</param>
/// <param name="Negated">It holds when the value is false, null, 0 or empty: {{#unless}}.</param>
internal sealed record TemplateBranch(TemplateSource? Condition, bool Negated, IReadOnlyList<TemplateNode> Body);

/// <summary>Where a value comes from.</summary>
/// <param name="Path">As the author wrote it, for messages.</param>
/// <param name="Depth">0 for the names from outside; n for the item of the n-th {{#each}}, counted from the outermost.</param>
/// <param name="Variable">index, key, first or last of that {{#each}}; null for its item.</param>
internal sealed record TemplateSource(TemplateTag Tag, string Path, int Depth, string? Variable, IReadOnlyList<string> Segments);
