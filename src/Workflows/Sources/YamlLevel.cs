namespace Orchestrator.Workflows.Sources;

/// <summary>An object or a list whose end has not been read yet, with the state of its next member. Not thread-safe.</summary>
/// <param name="createdBefore">Number of values that were created before it.</param>
internal sealed class YamlLevel(SourceNode node, YamlAnchor? anchor, int createdBefore)
{
    private SourceMember? _member;
    private bool _isDuplicate;

    public SourceNode Node => node;

    public YamlAnchor? Anchor => anchor;

    /// <summary>Number of values that were created before this one.</summary>
    public int CreatedBefore => createdBefore;

    /// <summary>The names of an object's members; null for a list.</summary>
    public HashSet<string>? Names { get; } = node.Kind == SourceKind.Object ? new HashSet<string>(StringComparer.Ordinal) : null;

    /// <summary>Whether a member's name comes next.</summary>
    public bool ExpectsName => Names is not null && _member is null;

    /// <summary>The member whose value comes next; null when a name comes next, and in a list.</summary>
    public SourceMember? Member => _member;

    /// <summary>Whether the member whose value comes next is the merge key <c>&lt;&lt;</c>: its value is merged at the end of the object.</summary>
    public bool IsMergeKey { get; private set; }

    /// <summary>Whether this is a list that is the value of a merge key.</summary>
    public bool IsMergeList { get; init; }

    /// <summary>The value of the merge key; null when there is none.</summary>
    public SourceNode? Merged { get; private set; }

    /// <summary>Number of members before the merge key.</summary>
    public int MergedAt { get; private set; }

    /// <summary>Begins a member of an object. False when there is one of that name: then its value is read and dropped.</summary>
    public bool BeginMember(SourceMember member, bool isMergeKey)
    {
        _member = member;
        _isDuplicate = !Names!.Add(member.Name);
        IsMergeKey = isMergeKey && !_isDuplicate;
        return !_isDuplicate;
    }

    /// <summary>Adds the next item of a list, or the value of the member that was begun.</summary>
    public void Add(SourceNode value)
    {
        if (node.ItemList is { } items)
        {
            items.Add(value);
            return;
        }

        if (IsMergeKey)
        {
            (Merged, MergedAt) = (value, node.MemberList!.Count);
        }
        else if (!_isDuplicate)
        {
            node.MemberList!.Add(_member! with { Value = value });
        }

        (_member, IsMergeKey, _isDuplicate) = (null, false, false);
    }
}

/// <summary>A value with an anchor, to which aliases refer.</summary>
internal sealed class YamlAnchor(SourceNode node)
{
    public SourceNode Node => node;

    /// <summary>Number of values in it, itself included; 0 until its end has been read: an alias to it would be recursive.</summary>
    public int Size { get; set; }
}
