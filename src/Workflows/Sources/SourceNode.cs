using System.Globalization;

namespace Orchestrator.Workflows.Sources;

/// <summary>A value of a parsed document with its place in the text: what JSON and YAML have in common.</summary>
public sealed class SourceNode
{
    /// <summary>Up to so many members are looked through; beyond that they are indexed, since a mapping asks for each of its own.</summary>
    private const int FewMembers = 16;

    /// <summary>The longest pointer that is written in full, in characters.</summary>
    private const int MaxPointer = 1_000;

    private const string CutOff = "/…";

    private readonly SourceNode? _parent;
    private readonly string? _name;
    private readonly int _index;
    private Dictionary<string, SourceNode>? _byName;

    private SourceNode(SourceNode? parent, string? name, int index, SourceKind kind, int line, int column)
    {
        _parent = parent;
        _name = name;
        _index = index;
        Kind = kind;
        Line = line;
        Column = column;
    }

    public SourceKind Kind { get; }

    /// <summary>Line on which the value begins, from 1.</summary>
    public int Line { get; }

    /// <summary>Column in characters at which the value begins, from 1.</summary>
    public int Column { get; }

    /// <summary>The text of a string, or of a number as it was written; empty for other kinds.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The value of a boolean; false for other kinds.</summary>
    public bool IsTrue { get; private init; }

    /// <summary>The members of an object in document order, each name once; empty for other kinds.</summary>
    public IReadOnlyList<SourceMember> Members => MemberList ?? (IReadOnlyList<SourceMember>)[];

    /// <summary>The items of an array; empty for other kinds.</summary>
    public IReadOnlyList<SourceNode> Items => ItemList ?? (IReadOnlyList<SourceNode>)[];

    /// <summary>JSON pointer (RFC 6901) of this value from the root.</summary>
    public string Pointer
    {
        get
        {
            var parts = new Stack<string>();
            for (var node = this; node._parent is not null; node = node._parent)
            {
                parts.Push(node._name ?? node._index.ToString(CultureInfo.InvariantCulture));
            }

            return parts.Aggregate("", Below);
        }
    }

    internal List<SourceMember>? MemberList { get; private init; }

    internal List<SourceNode>? ItemList { get; private init; }

    /// <summary>The member of that name; null when this is no object or has none.</summary>
    public SourceNode? Member(string name)
    {
        if (Members.Count <= FewMembers)
        {
            return Members.FirstOrDefault(member => member.Name == name)?.Value;
        }

        _byName ??= Members.ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        return _byName.GetValueOrDefault(name);
    }

    /// <summary>The value at <paramref name="pointer"/>, or the nearest one on the way to it that exists.</summary>
    public SourceNode Nearest(string pointer)
    {
        var node = this;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var next = node.Kind == SourceKind.Array
                ? int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < node.Items.Count
                    ? node.Items[index]
                    : null
                : node.Member(name);
            if (next is null)
            {
                break;
            }

            node = next;
        }

        return node;
    }

    /// <summary>
    /// The pointer of a member. One that would be too long ends with … and leads to the object around: names have no maximum length, and would be repeated
    /// in every pointer below them.
    /// </summary>
    internal static string Below(string pointer, string name) =>
        pointer.EndsWith(CutOff, StringComparison.Ordinal) ? pointer
        : pointer.Length + name.Length > MaxPointer ? pointer + CutOff
        : $"{pointer}/{Escape(name)}";

    /// <summary>One segment of a JSON pointer for <paramref name="name"/>.</summary>
    internal static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    internal static SourceNode Scalar(SourceLocation at, SourceKind kind, string text = "", bool isTrue = false) =>
        new(at.Parent, at.Name, at.Index, kind, at.Line, at.Column) { Text = text, IsTrue = isTrue };

    internal static SourceNode Object(SourceLocation at) =>
        new(at.Parent, at.Name, at.Index, SourceKind.Object, at.Line, at.Column) { MemberList = [] };

    internal static SourceNode Array(SourceLocation at) =>
        new(at.Parent, at.Name, at.Index, SourceKind.Array, at.Line, at.Column) { ItemList = [] };
}
