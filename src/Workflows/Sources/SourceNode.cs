using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// A value of a parsed JSON or YAML document with its place in the text. Thread-safe once parsing has ended, except <see cref="Member"/>.
/// </summary>
public sealed class SourceNode
{
    /// <summary>An object with more members gets an index: the reader of a mapping looks up every member.</summary>
    private const int MaxUnindexed = 16;

    /// <summary>Maximum length of a complete pointer, in characters.</summary>
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

    /// <summary>The JSON type of the value.</summary>
    public SourceKind Kind { get; }

    /// <summary>Line on which the value begins, from 1.</summary>
    public int Line { get; }

    /// <summary>Column in characters at which the value begins, from 1.</summary>
    public int Column { get; }

    /// <summary>The value of a string; a number in JSON syntax; empty for other kinds.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The value of a boolean; false for other kinds.</summary>
    public bool IsTrue { get; private init; }

    /// <summary>The members of an object in document order, each name once; empty for other kinds.</summary>
    public IReadOnlyList<SourceMember> Members => MemberList ?? (IReadOnlyList<SourceMember>)[];

    /// <summary>The items of an array; empty for other kinds.</summary>
    public IReadOnlyList<SourceNode> Items => ItemList ?? (IReadOnlyList<SourceNode>)[];

    /// <summary>JSON pointer (RFC 6901) from the root; shortened when it is longer than 1,000 characters.</summary>
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

    /// <summary>The member with the given name; null when there is none, and for other kinds.</summary>
    public SourceNode? Member(string name)
    {
        if (MemberList is not { Count: > MaxUnindexed })
        {
            return MemberList is null ? null : FindIn(MemberList, name);
        }

        _byName ??= Members.ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        return _byName.GetValueOrDefault(name);
    }

    private static SourceNode? FindIn(List<SourceMember> members, string name)
    {
        foreach (var member in members)
        {
            if (member.Name == name)
            {
                return member.Value;
            }
        }

        return null;
    }

    /// <summary>The value at <paramref name="pointer"/>, or its nearest ancestor that exists.</summary>
    public SourceNode FindNearest(string pointer)
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
    /// The pointer of a member. Names have no maximum length and are repeated in every pointer below them, so a pointer that would be too long is the
    /// pointer of the parent, followed by "/…".
    /// </summary>
    internal static string Below(string pointer, string name) =>
        pointer.EndsWith(CutOff, StringComparison.Ordinal) ? pointer
        : pointer.Length + name.Length > MaxPointer ? pointer + CutOff
        : $"{pointer}/{Escape(name)}";

    /// <summary><paramref name="name"/> as one segment of a JSON pointer.</summary>
    internal static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The value as JSON; null for null.</summary>
    public JsonNode? ToJson() => Kind switch
    {
        SourceKind.Object => new JsonObject(Members.Select(member => KeyValuePair.Create(member.Name, member.Value.ToJson()))),
        SourceKind.Array => new JsonArray([.. Items.Select(item => item.ToJson())]),
        SourceKind.String => JsonValue.Create(Text),
        SourceKind.Number => JsonNode.Parse(Text),
        SourceKind.Boolean => JsonValue.Create(IsTrue),
        _ => null,
    };

    /// <summary>Reports that <paramref name="name"/> is a second member of that name in this object.</summary>
    internal void ReportDuplicate(string name, int line, int column, DiagnosticBag diagnostics) => diagnostics.Error(
        DiagnosticCodes.DuplicateName, line, column, $"'{name}' is given twice in one object; only one can count.", Below(Pointer, name));

    internal static SourceNode Scalar(SourceLocation at, SourceKind kind, string text = "", bool isTrue = false) =>
        new(at.Parent, at.Name, at.Index, kind, at.Line, at.Column) { Text = text, IsTrue = isTrue };

    internal static SourceNode Object(SourceLocation at) =>
        new(at.Parent, at.Name, at.Index, SourceKind.Object, at.Line, at.Column) { MemberList = [] };

    internal static SourceNode Array(SourceLocation at) =>
        new(at.Parent, at.Name, at.Index, SourceKind.Array, at.Line, at.Column) { ItemList = [] };
}

/// <summary>The JSON type of a <see cref="SourceNode"/>.</summary>
public enum SourceKind
{
    /// <summary>JSON null.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A number, kept as it is written in JSON.</summary>
    Number,

    /// <summary>A text.</summary>
    String,

    /// <summary>A list.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,
}

/// <summary>A member of an object, with the place of its name. Immutable.</summary>
/// <param name="Line">Line on which the name begins, from 1.</param>
/// <param name="Column">Column in characters at which the name begins, from 1.</param>
public sealed record SourceMember(string Name, int Line, int Column, SourceNode Value);

/// <summary>The place of a <see cref="SourceNode"/> that is about to be created, in the document and in the text.</summary>
/// <param name="Parent">The object or array; null for the root.</param>
/// <param name="Name">The name of the member; null for an item and the root.</param>
/// <param name="Index">The index of the item; 0 for a member and the root.</param>
internal readonly record struct SourceLocation(SourceNode? Parent, string? Name, int Index, int Line, int Column);
