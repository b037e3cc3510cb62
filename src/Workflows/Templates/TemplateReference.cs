namespace Orchestrator.Workflows.Templates;

/// <summary>One place in a template that names something from outside of it.</summary>
/// <param name="Segments">The names along the path, the root first: <c>inputs</c>, <c>question</c>. At least one.</param>
/// <param name="Line">Line of the placeholder, from 1.</param>
/// <param name="Column">Column of the placeholder in characters, from 1.</param>
public sealed record TemplateReference(IReadOnlyList<string> Segments, int Line, int Column)
{
    /// <summary>The name that the lookup is asked for.</summary>
    public string Root => Segments[0];

    /// <summary>The whole path as expressions write it: <c>a.b</c>, <c>a[0]</c>, <c>steps["fetch-users"].output</c>.</summary>
    public string Path { get; } = TemplatePath.Write(Segments);
}
