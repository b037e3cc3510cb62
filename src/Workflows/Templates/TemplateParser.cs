namespace Orchestrator.Workflows.Templates;

/// <summary>Reads a template strictly: what is no placeholder and no block is a mistake, never text. Linear in its length.</summary>
internal sealed class TemplateParser
{
    // Rendering is recursive: blocks that are nested too deep would overflow the stack.
    private const int MaxDepth = 64;

    private readonly List<TemplateReference> _references = [];
    private readonly Stack<TemplateBlock> _blocks = new();
    private readonly List<TemplateNode> _nodes = [];
    private int _depth;

    private TemplateParser()
    {
    }

    private List<TemplateNode> Here => _blocks.TryPeek(out var block) ? block.Body : _nodes;

    /// <exception cref="TemplateException">The template is wrong; the message names the place.</exception>
    public static TemplateProgram Parse(string text)
    {
        var tags = TemplateScanner.Scan(text);
        var parser = new TemplateParser();
        foreach (var tag in StandaloneLines.Trim(tags))
        {
            parser.Read(tag);
        }

        return parser._blocks.TryPeek(out var open)
            ? throw Wrong($"{{{{#{open.Name}}}}} is never closed", open.Tag)
            : new TemplateProgram(parser._nodes, parser._references, tags.Any(tag => tag.Kind == TemplateTag.Sort.Placeholder), tags is [{ Kind: TemplateTag.Sort.Placeholder }]);
    }

    private void Read(TemplateTag tag)
    {
        switch (tag.Kind)
        {
            case TemplateTag.Sort.Text:
                Here.Add(new TemplateNode.Text(tag));
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
                Here.Add(new TemplateNode.Value(tag, Source(tag.Content, tag)));
                break;
        }
    }

    private void Open(TemplateTag tag)
    {
        var name = TemplateTag.Word(tag.Content[1..].TrimStart(), out var argument);
        if (name is not ("if" or "unless" or "each"))
        {
            throw Wrong($"'{{{{{tag.Content}}}}}' is no block; there are #if, #unless and #each", tag);
        }

        if (_blocks.Count >= MaxDepth)
        {
            throw Wrong($"Blocks are nested too deeply; {MaxDepth} levels are the limit", tag);
        }

        var block = new TemplateBlock(name, tag, Source(argument, tag, name), Here, _depth);
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
        block.Next(tag.ElseCondition is { } condition ? Source(condition, tag, "if") : null);
    }

    private void Close(TemplateTag tag)
    {
        var name = tag.Content[1..].Trim();
        if (!_blocks.TryPop(out var block) || block.Name != name)
        {
            throw Wrong(
                block is null ? $"{{{{/{name}}}}} closes a block that was never opened" : $"{{{{/{name}}}}} stands where {{{{/{block.Name}}}}} must close the block of line {block.Tag.Line}",
                tag);
        }

        _depth = block.Depth;
        block.Around.Add(block.Close());
    }

    private TemplateSource Source(string text, TemplateTag tag, string? block = null)
    {
        var path = TemplatePath.Read(text) ?? throw Wrong(
            text.Length == 0
                ? "A placeholder holds a name, and this one is empty; write \\{{ for braces that are text"
                : $"'{text}' is no name or path, and a placeholder holds nothing else; write \\{{{{ for braces that are text",
            tag);
        if (path.Start == TemplatePath.Origin.Variable)
        {
            return _depth > 0 && block != "each"
                ? new TemplateSource(tag, text, _depth, path.Variable, [])
                : throw Wrong($"'{text}' has a meaning only inside {{{{#each}}}}", tag);
        }

        var depth = path.Start == TemplatePath.Origin.Root ? 0 : _depth - path.Up;
        if (depth < 0 || (depth == 0 && path.Segments.Count == 0))
        {
            throw Wrong($"'{text}' names no value here: it would be the whole set of names", tag);
        }

        if (depth == 0)
        {
            _references.Add(new TemplateReference(path.Segments, tag.Line, tag.Column));
        }

        return new TemplateSource(tag, text, depth, null, path.Segments);
    }

    private static TemplateException Wrong(string message, TemplateTag tag) => new(message, tag.Line, tag.Column);
}
