namespace Orchestrator.Workflows.Templates;

/// <summary>A block that is open while a template is read.</summary>
/// <param name="Name">if, unless, each or with.</param>
/// <param name="Scope">What the names inside it are looked up in, once it has been entered.</param>
internal sealed record TemplateBlock(string Name, TemplateTag Tag, TemplateScope Scope)
{
    public bool InElse { get; set; }

    public bool OpensScope => Name is "each" or "with";
}
