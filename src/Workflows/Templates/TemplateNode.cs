namespace Orchestrator.Workflows.Templates;

/// <summary>A parsed template. Immutable.</summary>
/// <param name="References">The places that read from the lookup, in order of appearance.</param>
/// <param name="HasPlaceholders">Whether it has placeholders or blocks.</param>
/// <param name="IsOnePlaceholder">Whether it is a single placeholder without other text.</param>
internal sealed record TemplateProgram(
    IReadOnlyList<TemplateNode> Nodes, IReadOnlyList<TemplateReference> References, bool HasPlaceholders, bool IsOnePlaceholder);

/// <summary>A node of the syntax tree of a template. Immutable.</summary>
/// <param name="Tag">Its source.</param>
internal abstract record TemplateNode(TemplateTag Tag)
{
    internal sealed record Text(TemplateTag Tag) : TemplateNode(Tag);

    internal sealed record Value(TemplateTag Tag, TemplateSource Source) : TemplateNode(Tag);

    /// <summary>{{#if}} and {{#unless}}: renders the body of the first branch whose condition is met.</summary>
    internal sealed record Choice(TemplateTag Tag, IReadOnlyList<TemplateBranch> Branches) : TemplateNode(Tag);

    /// <summary>{{#each}}: renders the body for every element or member.</summary>
    /// <param name="Otherwise">Rendered instead for an empty list or object, and for null.</param>
    internal sealed record Each(
        TemplateTag Tag, TemplateSource Source, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Otherwise) : TemplateNode(Tag);
}

/// <summary>A branch of {{#if}} or {{#unless}}. Immutable.</summary>
/// <param name="Condition">Null for {{else}}.</param>
/// <param name="Negated">The condition is met when the value is false, null, 0 or empty: {{#unless}}.</param>
internal sealed record TemplateBranch(TemplateSource? Condition, bool Negated, IReadOnlyList<TemplateNode> Body);

/// <summary>The source of a value in a template. Immutable.</summary>
/// <param name="Path">As the author wrote it, for messages.</param>
/// <param name="Depth">0 for a name of the lookup; n for the item of the n-th enclosing {{#each}}, counted from the outermost.</param>
/// <param name="Variable">index, key, first or last of that {{#each}}; null for its item.</param>
internal sealed record TemplateSource(TemplateTag Tag, string Path, int Depth, string? Variable, IReadOnlyList<string> Segments);
