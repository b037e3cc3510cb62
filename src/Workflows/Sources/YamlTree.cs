using System.Diagnostics.CodeAnalysis;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Serialization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using AnchorAlias = YamlDotNet.Core.Events.AnchorAlias;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Orchestrator.Workflows.Sources;

/// <summary>Builds the tree of one YAML document from parser events, without recursion: depth cannot overflow the stack. Not thread-safe.</summary>
internal sealed class YamlTree(YamlErrors errors, YamlLineSeparators separators, DiagnosticBag diagnostics)
{
    private const string MergeKey = "<<";

    private readonly Stack<YamlLevel> _open = new();
    private readonly Dictionary<string, YamlAnchor> _anchors = new(StringComparer.Ordinal);
    private readonly YamlCopies _copies = new();

    /// <summary>Takes the place of an anchor that does not exist, so that reading can continue and find further errors.</summary>
    private readonly YamlAnchor _missing = new(SourceNode.Scalar(default, SourceKind.String)) { Size = 1 };
    private SourceNode? _root;
    private bool _hasDocument;
    private int _read;

    /// <summary>The tree; null when the text is empty or has an error.</summary>
    public SourceNode? Root
    {
        get
        {
            if (_root is null && !errors.Any)
            {
                errors.Add(1, 1, DiagnosticCodes.InvalidText, "The text is empty: there is neither JSON nor YAML in it.");
            }

            return errors.Any ? null : _root;
        }
    }

    /// <summary>Number of values created so far.</summary>
    private int Created => _read + _copies.Created;

    /// <summary>Processes the next event. False when reading has to stop.</summary>
    public bool Add(ParsingEvent item) => item switch
    {
        DocumentStart => !_hasDocument ? _hasDocument = true : errors.Add(item.Start.Index, "A second YAML document begins here; one is allowed."),
        Scalar scalar => AddScalar(scalar),
        AnchorAlias alias => AddAlias(alias),
        MappingStart start => AddLevel(start, isObject: true),
        SequenceStart start => AddLevel(start, isObject: false),
        MappingEnd or SequenceEnd => EndLevel(),
        _ => true,
    };

    private bool AddScalar(Scalar scalar)
    {
        var text = separators.Restore(scalar.Value);
        if (ExpectsName(out var level))
        {
            if (!scalar.Anchor.IsEmpty)
            {
                _anchors[scalar.Anchor.Value] = new YamlAnchor(SourceNode.Scalar(LocationOf(scalar.Start), SourceKind.String, text)) { Size = 1 };
            }

            var isMergeKey = scalar is { Style: ScalarStyle.Plain, Value: MergeKey } && scalar.Tag.IsEmpty;
            return BeginMember(level, text, scalar.Start, isMergeKey);
        }

        if (_open.Count == 0 && scalar is { Value: "", Style: ScalarStyle.Plain } && scalar.Tag.IsEmpty)
        {
            return true;
        }

        var value = YamlTag.Read(scalar, text);
        errors.AddIfAny(scalar.Start.Index, value.Problem);
        var node = SourceNode.Scalar(LocationOf(scalar.Start), value.Kind, value.Text, value.IsTrue);
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
            var problem = anchor is null ? $"There is no anchor '&{name}' before this alias." : $"The alias '*{name}' is inside its own anchor.";
            errors.Add(alias.Start.Index, problem);
            anchor = _missing;
        }

        if (ExpectsName(out var level))
        {
            if (anchor.Node.Kind != SourceKind.String)
            {
                return errors.Add(alias.Start.Index, $"A name must be a text; '*{name}' refers to another type.");
            }

            var (line, column) = errors.Position(alias.Start.Index);
            return _copies.Count(anchor.Node.Text.Length)
                ? BeginMember(level, anchor.Node.Text, alias.Start, isMergeKey: false)
                : errors.AddTooMany(line, column);
        }

        // The value of a merge key is not copied here: at the end of the object, only the members that count are.
        if (_open.TryPeek(out var parent) && (parent.IsMergeKey || parent.IsMergeList))
        {
            Place(anchor.Node);
            return true;
        }

        var at = LocationOf(alias.Start);
        var copy = _copies.Fits(anchor.Size) ? _copies.Copy(anchor.Node, at, DefinitionLimits.MaxNesting - _open.Count) : null;
        if (copy is null)
        {
            return _copies.Fits(anchor.Size) ? errors.AddTooDeep(at.Line, at.Column) : errors.AddTooMany(at.Line, at.Column);
        }

        Place(copy);
        return true;
    }

    private bool AddLevel(NodeEvent start, bool isObject)
    {
        var at = LocationOf(start.Start);
        if (_open.Count == DefinitionLimits.MaxNesting)
        {
            return errors.AddTooDeep(at.Line, at.Column);
        }

        if (ExpectsName(out _))
        {
            return errors.Add(
                start.Start.Index,
                $"A name must be a text; this one is {(isObject ? JsonWords.Object : JsonWords.List)}. "
                + "Put a text with braces or brackets in quotes.");
        }

        errors.AddIfAny(start.Start.Index, YamlTag.Problem(start.Tag, isObject));
        var isMergeList = !isObject && _open.TryPeek(out var parent) && parent.IsMergeKey;
        var node = isObject ? SourceNode.Object(at) : SourceNode.Array(at);
        var anchor = start.Anchor.IsEmpty ? null : _anchors[start.Anchor.Value] = new YamlAnchor(node);
        Place(node);
        _open.Push(new YamlLevel(node, anchor, Created) { IsMergeList = isMergeList });
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

        level.Anchor?.Size = Created - level.CreatedBefore;
        return true;
    }

    /// <summary>Inserts the merged members at the merge key. The object's own members and earlier merged ones take precedence.</summary>
    private bool AddMerged(YamlLevel level, SourceNode merged)
    {
        var added = new List<SourceMember>();
        foreach (var source in (merged.Kind == SourceKind.Array ? merged.Items : [merged]).Where(source => source != _missing.Node))
        {
            if (source.Kind != SourceKind.Object)
            {
                errors.Add(source.Line, source.Column, DiagnosticCodes.InvalidText, "The value of '<<' must be an object or a list of objects.");
                continue;
            }

            // Members that are not inserted count, too, because checking them takes time.
            foreach (var member in source.Members)
            {
                if (!_copies.Count(member.Name.Length))
                {
                    return errors.AddTooMany(merged.Line, merged.Column);
                }

                if (level.Names!.Add(member.Name))
                {
                    var at = new SourceLocation(level.Node, member.Name, 0, member.Value.Line, member.Value.Column);
                    if (_copies.Copy(member.Value, at, DefinitionLimits.MaxNesting - _open.Count - 1) is not { } copy)
                    {
                        return _copies.Fits(1) ? errors.AddTooDeep(merged.Line, merged.Column) : errors.AddTooMany(merged.Line, merged.Column);
                    }

                    added.Add(member with { Value = copy });
                }
            }
        }

        level.Node.MemberList!.InsertRange(level.MergedAt, added);
        return true;
    }

    private bool ExpectsName([NotNullWhen(true)] out YamlLevel? level) =>
        _open.TryPeek(out level) && level.ExpectsName;

    private bool BeginMember(YamlLevel level, string name, Mark mark, bool isMergeKey)
    {
        var (line, column) = errors.Position(mark.Index);
        if (!level.BeginMember(new SourceMember(name, line, column, null!), isMergeKey))
        {
            level.Node.ReportDuplicate(name, line, column, diagnostics);
        }

        return true;
    }

    private void Place(SourceNode node)
    {
        if (!_open.TryPeek(out var level))
        {
            _root = node;
        }
        else
        {
            level.Add(node);
        }
    }

    private SourceLocation LocationOf(Mark mark)
    {
        var (line, column) = errors.Position(mark.Index);
        return _open.TryPeek(out var level)
            ? new SourceLocation(level.Node, level.Member?.Name, level.Node.ItemList?.Count ?? 0, line, column)
            : new SourceLocation(null, null, 0, line, column);
    }
}
