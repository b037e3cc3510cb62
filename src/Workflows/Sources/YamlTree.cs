using System.Diagnostics.CodeAnalysis;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using AnchorAlias = YamlDotNet.Core.Events.AnchorAlias;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Orchestrator.Workflows.Sources;

/// <summary>Makes a tree of the events of one YAML document. Nothing here calls itself, however deep the document is.</summary>
internal sealed class YamlTree(TextPlaces places, DiagnosticBag diagnostics)
{
    private const string Merge = "<<";

    private readonly Stack<YamlLevel> _open = new();
    private readonly Dictionary<string, YamlAnchor> _anchors = new(StringComparer.Ordinal);
    private readonly YamlAnchor _missing = new(SourceNode.Scalar(default, SourceKind.String)) { Size = 1 };
    private SourceNode? _root;
    private bool _hasDocument;
    private bool _isUnusable;
    private readonly YamlCopies _copies = new();
    private int _read;

    /// <summary>The whole tree; null when there is none that can be used.</summary>
    public SourceNode? Root
    {
        get
        {
            if (_root is null && !_isUnusable)
            {
                Wrong(1, 1, DiagnosticCodes.InvalidText, "The text is empty: there is neither JSON nor YAML in it.");
            }

            return _isUnusable ? null : _root;
        }
    }

    /// <summary>The values in the tree by now.</summary>
    private int Made => _read + _copies.Made;

    /// <summary>Takes the next event. False when reading on would be of no use.</summary>
    public bool Add(ParsingEvent item) => item switch
    {
        DocumentStart => !_hasDocument ? _hasDocument = true : Stop(item.Start, "A second YAML document begins here; one is allowed."),
        Scalar scalar => AddScalar(scalar),
        AnchorAlias alias => AddAlias(alias),
        MappingStart start => AddLevel(start, isObject: true),
        SequenceStart start => AddLevel(start, isObject: false),
        MappingEnd or SequenceEnd => EndLevel(),
        _ => true,
    };

    private bool AddScalar(Scalar scalar)
    {
        var text = YamlBreaks.Show(scalar.Value);
        if (ExpectsName(out var level))
        {
            if (!scalar.Anchor.IsEmpty)
            {
                _anchors[scalar.Anchor.Value] = new YamlAnchor(SourceNode.Scalar(Here(scalar.Start), SourceKind.String, text)) { Size = 1 };
            }

            var isMerge = scalar is { Style: ScalarStyle.Plain, Value: Merge } && scalar.Tag.IsEmpty;
            return Name(level, text, scalar.Start, isMerge);
        }

        if (_open.Count == 0 && scalar is { Value: "", Style: ScalarStyle.Plain } && scalar.Tag.IsEmpty)
        {
            return true;
        }

        var value = YamlTag.Read(scalar, text);
        Report(scalar.Start, value.Problem);
        var node = SourceNode.Scalar(Here(scalar.Start), value.Kind, value.Text, value.IsTrue);
        _read++;
        if (!scalar.Anchor.IsEmpty)
        {
            _anchors[scalar.Anchor.Value] = new YamlAnchor(node) { Size = 1 };
        }

        Place(node);
        return true;
    }

    private bool AddAlias(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var anchor) || anchor.Size == 0)
        {
            Report(alias.Start, anchor is null ? $"There is no anchor '&{name}' before this alias." : $"The alias '*{name}' stands within its own anchor.");
            anchor = _missing;
        }

        if (ExpectsName(out var level))
        {
            return anchor.Node.Kind == SourceKind.String
                ? _copies.Spend(anchor.Node.Text.Length)
                    ? Name(level, anchor.Node.Text, alias.Start, isMerge: false)
                    : TooMany(places.At(alias.Start.Index).Line, places.At(alias.Start.Index).Column)
                : Stop(alias.Start, $"A name must be a text; '*{name}' stands for something else.");
        }

        // What is merged is read where it is; only the members that count are copied, at the object's end.
        if (_open.TryPeek(out var parent) && (parent.IsMerge || parent.IsMergeList))
        {
            Place(anchor.Node);
            return true;
        }

        var at = Here(alias.Start);
        var copy = _copies.Fits(anchor.Size) ? _copies.Copy(anchor.Node, at, DefinitionLimits.MaxNesting - _open.Count) : null;
        if (copy is null)
        {
            return _copies.Fits(anchor.Size) ? TooDeep(at.Line, at.Column) : TooMany(at.Line, at.Column);
        }

        Place(copy);
        return true;
    }

    private bool AddLevel(NodeEvent start, bool isObject)
    {
        var at = Here(start.Start);
        if (_open.Count == DefinitionLimits.MaxNesting)
        {
            return TooDeep(at.Line, at.Column);
        }

        if (ExpectsName(out _))
        {
            return Stop(start.Start, $"A name must be a text; this one is {(isObject ? "an object" : "a list")}. If braces or brackets are part of a text, put it in quotes.");
        }

        Report(start.Start, YamlTag.Problem(start.Tag, isObject));
        var isMergeList = !isObject && _open.TryPeek(out var parent) && parent.IsMerge;
        var node = isObject ? SourceNode.Object(at) : SourceNode.Array(at);
        var anchor = start.Anchor.IsEmpty ? null : _anchors[start.Anchor.Value] = new YamlAnchor(node);
        Place(node);
        _open.Push(new YamlLevel(node, anchor, Made) { IsMergeList = isMergeList });
        _read++;
        return true;
    }

    private bool EndLevel()
    {
        var level = _open.Pop();
        if (level.Merged is { } merged && !AddMerged(level, merged))
        {
            return false;
        }

        level.Anchor?.Size = Made - level.MadeBefore;
        return true;
    }

    /// <summary>Adds what <c>&lt;&lt;</c> stood for, where it stood; names that the object has itself, or that came before, stay as they are.</summary>
    private bool AddMerged(YamlLevel level, SourceNode merged)
    {
        var added = new List<SourceMember>();
        foreach (var source in (merged.Kind == SourceKind.Array ? merged.Items : [merged]).Where(source => source != _missing.Node))
        {
            if (source.Kind != SourceKind.Object)
            {
                Wrong(source.Line, source.Column, DiagnosticCodes.InvalidText, "'<<' takes an object or a list of objects.");
                continue;
            }

            // A member that is passed over counts as well: looking at it takes time.
            foreach (var member in source.Members)
            {
                if (!_copies.Spend(member.Name.Length))
                {
                    return TooMany(merged.Line, merged.Column);
                }

                if (level.Names!.Add(member.Name))
                {
                    var at = new SourceLocation(level.Node, member.Name, 0, member.Value.Line, member.Value.Column);
                    if (_copies.Copy(member.Value, at, DefinitionLimits.MaxNesting - _open.Count - 1) is not { } copy)
                    {
                        return _copies.Fits(1) ? TooDeep(merged.Line, merged.Column) : TooMany(merged.Line, merged.Column);
                    }

                    added.Add(member with { Value = copy });
                }
            }
        }

        level.Node.MemberList!.InsertRange(level.MergedAt, added);
        return true;
    }

    private bool ExpectsName([NotNullWhen(true)] out YamlLevel? level) =>
        _open.TryPeek(out level) && level.Node.Kind == SourceKind.Object && level.Member is null;

    private bool Name(YamlLevel level, string name, Mark mark, bool isMerge)
    {
        var (line, column) = places.At(mark.Index);
        level.Member = new SourceMember(name, line, column, null!);
        level.IsRepeated = !level.Names!.Add(name);
        level.IsMerge = isMerge && !level.IsRepeated;
        if (level.IsRepeated)
        {
            diagnostics.RepeatedName(level.Node, name, line, column);
        }

        return true;
    }

    private void Place(SourceNode node)
    {
        if (!_open.TryPeek(out var level))
        {
            _root = node;
        }
        else if (level.Node.ItemList is { } items)
        {
            items.Add(node);
        }
        else
        {
            if (level.IsMerge)
            {
                (level.Merged, level.MergedAt) = (node, level.Node.MemberList!.Count);
            }
            else if (!level.IsRepeated)
            {
                level.Node.MemberList!.Add(level.Member! with { Value = node });
            }

            (level.Member, level.IsMerge, level.IsRepeated) = (null, false, false);
        }
    }

    private SourceLocation Here(Mark mark)
    {
        var (line, column) = places.At(mark.Index);
        return _open.TryPeek(out var level)
            ? new SourceLocation(level.Node, level.Member?.Name, level.Node.ItemList?.Count ?? 0, line, column)
            : new SourceLocation(null, null, 0, line, column);
    }

    private bool Stop(Mark mark, string message)
    {
        Report(mark, message);
        return false;
    }

    private void Report(Mark mark, string? problem)
    {
        if (problem is not null)
        {
            var (line, column) = places.At(mark.Index);
            Wrong(line, column, DiagnosticCodes.InvalidText, problem);
        }
    }

    private bool TooDeep(int line, int column) =>
        Wrong(line, column, DiagnosticCodes.InvalidText, $"Objects and lists stand within one another more than {DefinitionLimits.MaxNesting} deep here.");

    private bool TooMany(int line, int column) => Wrong(
        line, column, DiagnosticCodes.TooLarge, $"The aliases of this text stand for more than {DefinitionLimits.MaxAliased} values, or {DefinitionLimits.MaxAliasedCharacters} characters, in all. Write fewer of them.");

    /// <summary>Always false: nothing can be made of the text.</summary>
    private bool Wrong(int line, int column, string code, string message)
    {
        diagnostics.Error(code, line, column, message);
        _isUnusable = true;
        return false;
    }
}
