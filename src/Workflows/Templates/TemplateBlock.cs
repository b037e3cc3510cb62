namespace Orchestrator.Workflows.Templates;

/// <summary>A block that is open while a template is read.</summary>
/// <param name="Name">if, unless or each.</param>
/// <param name="Source">Of {{#each}} what it goes through, else the first condition.</param>
/// <param name="Around">The nodes that it stands among.</param>
/// <param name="Depth">How many {{#each}} there are around it.</param>
internal sealed record TemplateBlock(string Name, TemplateTag Tag, TemplateSource Source, List<TemplateNode> Around, int Depth)
{
    private readonly List<TemplateBranch> _branches = [];
    private TemplateSource? _condition = Source;

    public bool InElse => _condition is null;

    public bool IsEach => Name == "each";

    /// <summary>What is read now.</summary>
    public List<TemplateNode> Body { get; private set; } = [];

    /// <summary>Another branch begins.</summary>
    /// <param name="condition">Null for {{else}}.</param>
    public void Next(TemplateSource? condition)
    {
        _branches.Add(new TemplateBranch(_condition, Name == "unless", Body));
        (_condition, Body) = (condition, []);
    }

    public TemplateNode Close() => IsEach
        ? new TemplateNode.Each(Tag, Source, InElse ? _branches[0].Body : Body, InElse ? Body : [])
        : new TemplateNode.Choice(Tag, [.. _branches, new TemplateBranch(_condition, Name == "unless", Body)]);
}
