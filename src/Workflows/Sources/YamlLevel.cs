namespace Orchestrator.Workflows.Sources;

/// <summary>An object or a list whose end has not been read, with what is known of its next member.</summary>
internal sealed class YamlLevel(SourceNode node, YamlAnchor? anchor, int madeBefore)
{
    public SourceNode Node => node;

    public YamlAnchor? Anchor => anchor;

    /// <summary>Values that were made before this one.</summary>
    public int MadeBefore => madeBefore;

    /// <summary>The names of an object's members; null for a list.</summary>
    public HashSet<string>? Names { get; } = node.Kind == SourceKind.Object ? new HashSet<string>(StringComparer.Ordinal) : null;

    /// <summary>The name whose value comes next, without that value; null when a name comes next, and in a list.</summary>
    public SourceMember? Member { get; set; }

    /// <summary>Whether <see cref="Member"/> stands here for the second time: its value is read and left out.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Whether <see cref="Member"/> is <c>&lt;&lt;</c>: its value is kept aside for the end.</summary>
    public bool IsMerge { get; set; }

    /// <summary>Whether this is a list that stands as the value of <c>&lt;&lt;</c>.</summary>
    public bool IsMergeList { get; init; }

    /// <summary>What <c>&lt;&lt;</c> stood for; null when it was not there.</summary>
    public SourceNode? Merged { get; set; }

    /// <summary>How many members stood before <c>&lt;&lt;</c>.</summary>
    public int MergedAt { get; set; }
}
