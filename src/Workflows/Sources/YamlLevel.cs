namespace Orchestrator.Workflows.Sources;

/// <summary>An object or a list whose end has not been read yet, with the state of its next member.</summary>
/// <param name="createdBefore">Number of values that were created before it.</param>
internal sealed class YamlLevel(SourceNode node, YamlAnchor? anchor, int createdBefore)
{
    public SourceNode Node => node;

    public YamlAnchor? Anchor => anchor;

    /// <summary>Number of values that were created before this one.</summary>
    public int CreatedBefore => createdBefore;

    /// <summary>The names of an object's members; null for a list.</summary>
    public HashSet<string>? Names { get; } = node.Kind == SourceKind.Object ? new HashSet<string>(StringComparer.Ordinal) : null;

    /// <summary>The member whose value comes next; null when a name comes next, and in a list.</summary>
    public SourceMember? Member { get; set; }

    /// <summary>Whether the name of <see cref="Member"/> is a duplicate: its value is read and dropped.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>Whether <see cref="Member"/> is the merge key <c>&lt;&lt;</c>: its value is merged at the end of the object.</summary>
    public bool IsMergeKey { get; set; }

    /// <summary>Whether this is a list that is the value of a merge key.</summary>
    public bool IsMergeList { get; init; }

    /// <summary>The value of the merge key; null when there is none.</summary>
    public SourceNode? Merged { get; set; }

    /// <summary>Number of members before the merge key.</summary>
    public int MergedAt { get; set; }
}

/// <summary>A value with an anchor, to which aliases refer.</summary>
internal sealed class YamlAnchor(SourceNode node)
{
    public SourceNode Node => node;

    /// <summary>Number of values in it, itself included; 0 until its end has been read: an alias to it would be recursive.</summary>
    public int Size { get; set; }
}
