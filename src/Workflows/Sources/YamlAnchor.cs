namespace Orchestrator.Workflows.Sources;

/// <summary>A value that aliases can stand for.</summary>
internal sealed class YamlAnchor(SourceNode node)
{
    public SourceNode Node => node;

    /// <summary>Values in it, itself included; 0 while it is being read, when no alias may stand for it.</summary>
    public int Size { get; set; }
}
