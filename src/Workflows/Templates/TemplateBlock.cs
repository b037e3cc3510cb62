namespace Orchestrator.Workflows.Templates;

/// <summary>A block that is open while a template is read.</summary>
/// <param name="Name">if, unless or each.</param>
/// <param name="Scope">What names are looked up in around it.</param>
internal sealed record TemplateBlock(string Name, TemplateTag Tag, TemplateScope Scope)
{
    public bool InElse { get; set; }

    /// <summary>Each counts as a level of nesting: Handlebars compiles it as one.</summary>
    public int ElseIfs { get; set; }

    public bool IsEach => Name == "each";
}
