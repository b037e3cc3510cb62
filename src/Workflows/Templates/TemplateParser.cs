using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// Parses a template. Braces that are neither a placeholder nor a block are an error, never text. Linear in the length of the template.
/// </summary>
internal sealed class TemplateParser
{
    // Rendering is recursive, and deeply nested blocks would overflow the stack.
    private const int MaxDepth = 64;

    private readonly List<TemplateReference> _references = [];
    private readonly Stack<TemplateBlock> _blocks = new();
    private readonly List<TemplateNode> _nodes = [];
    private int _depth;

    private TemplateParser()
    {
    }

    private List<TemplateNode> CurrentBody => _blocks.TryPeek(out var block) ? block.Body : _nodes;

    /// <exception cref="TemplateException">The template is invalid; the message names the place.</exception>
    public static TemplateProgram Parse(string text)
    {
        var tags = TemplateScanner.Scan(text);
        var parser = new TemplateParser();
        foreach (var tag in StandaloneLines.Trim(tags))
        {
            parser.Read(tag);
        }

        return parser._blocks.TryPeek(out var open)
            ? throw Wrong($"{{{{#{open.Name}}}}} is not closed", open.Tag)
            : new TemplateProgram(
                parser._nodes, parser._references,
                tags.Any(tag => tag.Kind == TemplateTag.Sort.Placeholder), tags is [{ Kind: TemplateTag.Sort.Placeholder }]);
    }

    private void Read(TemplateTag tag)
    {
        switch (tag.Kind)
        {
            case TemplateTag.Sort.Text:
                CurrentBody.Add(new TemplateNode.Text(tag));
                break;
            case TemplateTag.Sort.Comment:
                break;
            case var _ when tag.IsElse:
                Else(tag);
                break;
            case var _ when tag.Content.StartsWith('#'):
                Open(tag);
                break;
            case var _ when tag.Content.StartsWith('/'):
                Close(tag);
                break;
            case var _ when tag.Content.StartsWith('>'):
                throw Wrong("Partials, {{> …}}, are not supported", tag);
            default:
                CurrentBody.Add(new TemplateNode.Value(tag, Source(tag.Content, tag)));
                break;
        }
    }

    private void Open(TemplateTag tag)
    {
        var name = TemplateTag.FirstWord(tag.Content[1..].TrimStart(), out var argument);
        if (name is not ("if" or "unless" or "each"))
        {
            throw Wrong($"'{{{{{tag.Content}}}}}' is not a block; the blocks are #if, #unless and #each", tag);
        }

        if (_blocks.Count >= MaxDepth)
        {
            throw Wrong($"Blocks are nested more than {MaxDepth} levels deep", tag);
        }

        var block = new TemplateBlock(name, tag, Source(argument, tag, name), CurrentBody, _depth);
        _blocks.Push(block);
        _depth += block.IsEach ? 1 : 0;
    }

    private void Else(TemplateTag tag)
    {
        if (!_blocks.TryPeek(out var block) || block.InElse)
        {
            throw Wrong("This {{else}} belongs to no block", tag);
        }

        if (tag.ElseCondition is not null && block.Name != "if")
        {
            throw Wrong($"{{{{else if}}}} belongs to {{{{#if}}}}, not to {{{{#{block.Name}}}}}", tag);
        }

        _depth = block.Depth;
        block.BeginBranch(tag.ElseCondition is { } condition ? Source(condition, tag, "if") : null);
    }

    private void Close(TemplateTag tag)
    {
        var name = tag.Content[1..].Trim();
        if (!_blocks.TryPop(out var block) || block.Name != name)
        {
            throw Wrong(
                block is null
                    ? $"{{{{/{name}}}}} closes a block that is not open"
                    : $"{{{{/{name}}}}} does not close the block of line {block.Tag.Line}, which needs {{{{/{block.Name}}}}}",
                tag);
        }

        _depth = block.Depth;
        block.Parent.Add(block.Close());
    }

    private TemplateSource Source(string text, TemplateTag tag, string? block = null)
    {
        var path = TemplatePath.Read(text) ?? throw Wrong(
            text.Length == 0
                ? "This placeholder is empty; write a name in it, or literal braces as \\{{"
                : $"'{text}' is not a name or a path, and a placeholder holds a name or a path only; write literal braces as \\{{{{",
            tag);
        if (path.Start == TemplatePath.Origin.Variable)
        {
            return _depth > 0 && block != "each"
                ? new TemplateSource(tag, text, _depth, path.Variable, [])
                : throw Wrong($"'{text}' is valid only inside {{{{#each}}}}", tag);
        }

        var depth = path.Start == TemplatePath.Origin.Root ? 0 : _depth - path.Up;
        if (depth < 0 || (depth == 0 && path.Segments.Count == 0))
        {
            throw Wrong($"'{text}' names no value here; write a name", tag);
        }

        if (depth == 0)
        {
            _references.Add(new TemplateReference(ValuePath.OfPlaceholder(path.Segments), tag.Line, tag.Column));
        }

        return new TemplateSource(tag, text, depth, null, path.Segments);
    }

    private static TemplateException Wrong(string message, TemplateTag tag) => new(message, tag.Line, tag.Column);
}

/// <summary>A block whose end has not been read yet.</summary>
/// <param name="Name">if, unless or each.</param>
/// <param name="Source">The list or object of {{#each}}, or the first condition.</param>
/// <param name="Parent">The nodes to which the closed block is added.</param>
/// <param name="Depth">Number of enclosing {{#each}} blocks.</param>
internal sealed record TemplateBlock(string Name, TemplateTag Tag, TemplateSource Source, List<TemplateNode> Parent, int Depth)
{
    private readonly List<TemplateBranch> _branches = [];
    private TemplateSource? _condition = Source;

    public bool InElse => _condition is null;

    public bool IsEach => Name == "each";

    /// <summary>The nodes of the current branch.</summary>
    public List<TemplateNode> Body { get; private set; } = [];

    /// <summary>Begins another branch.</summary>
    /// <param name="condition">Null for {{else}}.</param>
    public void BeginBranch(TemplateSource? condition)
    {
        _branches.Add(new TemplateBranch(_condition, Name == "unless", Body));
        (_condition, Body) = (condition, []);
    }

    /// <summary>The complete block.</summary>
    public TemplateNode Close() => IsEach
        ? new TemplateNode.Each(Tag, Source, InElse ? _branches[0].Body : Body, InElse ? Body : [])
        : new TemplateNode.Choice(Tag, [.. _branches, new TemplateBranch(_condition, Name == "unless", Body)]);
}

/// <summary>A parsed template. Immutable.</summary>
/// <param name="References">The places that read from the lookup, in order of appearance.</param>
/// <param name="HasPlaceholders">Whether it has placeholders or blocks.</param>
/// <param name="IsOnePlaceholder">Whether it is a single placeholder without other text.</param>
internal sealed record TemplateProgram(
    IReadOnlyList<TemplateNode> Nodes, IReadOnlyList<TemplateReference> References, bool HasPlaceholders, bool IsOnePlaceholder);

/// <summary>A node of the syntax tree of a template. Immutable.</summary>
/// <param name="Tag">Its source.</param>
internal abstract record TemplateNode(TemplateTag Tag)
{
    internal sealed record Text(TemplateTag Tag) : TemplateNode(Tag);

    internal sealed record Value(TemplateTag Tag, TemplateSource Source) : TemplateNode(Tag);

    /// <summary>{{#if}} and {{#unless}}: renders the body of the first branch whose condition is met.</summary>
    internal sealed record Choice(TemplateTag Tag, IReadOnlyList<TemplateBranch> Branches) : TemplateNode(Tag);

    /// <summary>{{#each}}: renders the body for every element or member.</summary>
    /// <param name="Otherwise">Rendered instead for an empty list or object, and for null.</param>
    internal sealed record Each(
        TemplateTag Tag, TemplateSource Source, IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Otherwise) : TemplateNode(Tag);
}

/// <summary>A branch of {{#if}} or {{#unless}}. Immutable.</summary>
/// <param name="Condition">Null for {{else}}.</param>
/// <param name="Negated">The condition is met when the value is false, null, 0 or empty: {{#unless}}.</param>
internal sealed record TemplateBranch(TemplateSource? Condition, bool Negated, IReadOnlyList<TemplateNode> Body);

/// <summary>The source of a value in a template. Immutable.</summary>
/// <param name="Path">As the author wrote it, for messages.</param>
/// <param name="Depth">0 for a name of the lookup; n for the item of the n-th enclosing {{#each}}, counted from the outermost.</param>
/// <param name="Variable">index, key, first or last of that {{#each}}; null for its item.</param>
internal sealed record TemplateSource(TemplateTag Tag, string Path, int Depth, string? Variable, IReadOnlyList<string> Segments);
