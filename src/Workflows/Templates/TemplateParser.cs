using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// Reads a template strictly and rewrites it. Handlebars.Net alone lets through what must be an error (stray {{else}}, {{12}}, unknown helpers, inline
/// partials), finds names by letter case, reflection and loop variables, and stumbles over braces in the text; the rewritten form has none of these.
/// </summary>
internal sealed class TemplateParser
{
    // Handlebars compiles by recursion: what is deep enough would take the process down.
    private const int MaxDepth = 64;

    private readonly StringBuilder _handlebars = new();
    private readonly List<TemplateSegment> _segments = [];
    private readonly List<string> _texts = [];
    private readonly List<TemplateReference> _references = [];
    private readonly List<TemplatePiece> _pieces = [];
    private readonly Stack<TemplateBlock> _blocks = new();
    private TemplateScope _scope = TemplateScope.Template;
    private int _frame;
    private bool _hasBlocks;

    private TemplateParser()
    {
    }

    /// <exception cref="TemplateException">The template is wrong; the message names the place.</exception>
    public static TemplateProgram Parse(string text)
    {
        var tags = TemplateScanner.Scan(text);
        var parser = new TemplateParser();
        for (var i = 0; i < tags.Count; i++)
        {
            parser.Read(Trimmed(tags, i), beforeTag: i + 1 < tags.Count);
        }

        if (parser._blocks.TryPeek(out var open))
        {
            throw Wrong($"{{{{#{open.Name}}}}} is never closed", open.Tag);
        }

        return new TemplateProgram(
            parser._handlebars.ToString(), parser._segments, parser._texts, parser._references,
            tags.Any(tag => tag.Kind == TemplateTag.Sort.Comment) || parser._hasBlocks ? null : parser._pieces,
            tags.Any(tag => tag.Kind == TemplateTag.Sort.Placeholder));
    }

    private void Read(TemplateTag tag, bool beforeTag)
    {
        switch (tag.Kind)
        {
            case TemplateTag.Sort.Text:
                WriteText(tag.Content, beforeTag);
                _pieces.Add(new TemplatePiece(tag.Content, []));
                break;
            case TemplateTag.Sort.Comment:
                WriteTag("!");
                break;
            case var _ when tag.Content is "else" or "^":
                Else(tag, condition: null);
                break;
            case var _ when Word(tag.Content, out var rest) == "else" && Word(rest, out var condition) == "if":
                Else(tag, condition);
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
                var first = _segments.Count;
                WriteTag(Path(tag.Content, tag));
                _pieces.Add(new TemplatePiece(null, _segments[first..]));
                break;
        }
    }

    private void Open(TemplateTag tag)
    {
        var name = Word(tag.Content[1..].TrimStart(), out var argument);
        if (name is not ("if" or "unless" or "each"))
        {
            throw Wrong($"'{{{{{tag.Content}}}}}' is no block; there are #if, #unless and #each", tag);
        }

        if (_blocks.Sum(open => 1 + open.ElseIfs) >= MaxDepth)
        {
            throw Wrong($"Blocks are nested too deeply; {MaxDepth} levels are the limit", tag);
        }

        _hasBlocks = true;
        WriteTag($"#{name} {Path(argument, tag, name)}");
        var block = new TemplateBlock(name, tag, _scope);
        _blocks.Push(block);
        if (block.IsEach)
        {
            _scope = new TemplateScope(_scope, ++_frame);
        }
    }

    private void Else(TemplateTag tag, string? condition)
    {
        if (!_blocks.TryPeek(out var block) || block.InElse)
        {
            throw Wrong("This {{else}} belongs to no block", tag);
        }

        if (condition is not null && block.Name != "if")
        {
            throw Wrong($"{{{{else if}}}} belongs to {{{{#if}}}}, not to {{{{#{block.Name}}}}}", tag);
        }

        block.InElse = condition is null;
        block.ElseIfs += condition is null ? 0 : 1;
        if (block.ElseIfs >= MaxDepth)
        {
            throw Wrong($"This {{{{#if}}}} has too many {{{{else if}}}}; {MaxDepth} are the limit", tag);
        }

        _scope = block.Scope;
        WriteTag(condition is null ? "else" : $"else if {Path(condition, tag, "if")}");
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

        _scope = block.Scope;
        _frame -= block.IsEach ? 1 : 0;
        WriteTag($"/{name}");
    }

    private string Path(string text, TemplateTag tag, string? block = null)
    {
        var path = TemplatePath.Read(text) ?? throw Wrong(
            text.Length == 0
                ? "A placeholder holds a name, and this one is empty; write \\{{ for braces that are text"
                : $"'{text}' is no name or path, and a placeholder holds nothing else; write \\{{{{ for braces that are text",
            tag);
        var (target, up) = (_scope, path.Up);
        for (; up > 0 && target.Outer is not null; up--)
        {
            target = target.Outer;
        }

        target = path.Start == TemplatePath.Origin.Root ? TemplateScope.Template : target;
        var atRoot = target.Outer is null;
        if (path.Start == TemplatePath.Origin.Variable)
        {
            return _scope.Outer is not null && block != "each" ? $"@{path.Variable}" : throw Wrong($"'{text}' has a meaning only inside {{{{#each}}}}", tag);
        }

        if (up > 0 || (atRoot && path.Segments.Count == 0))
        {
            throw Wrong($"'{text}' names no value here: it would be the whole set of names", tag);
        }

        if (atRoot)
        {
            _references.Add(new TemplateReference(path.Segments, tag.Line, tag.Column));
        }

        var written = new StringBuilder(atRoot ? "@root" : string.Concat(Enumerable.Repeat("../", _frame - target.Frame)) + "this");
        for (var i = 0; i < path.Segments.Count; i++)
        {
            written.Append(CultureInfo.InvariantCulture, $".[p{_segments.Count}]");
            _segments.Add(new TemplateSegment(path.Segments[i], text, tag.Line, tag.Column, block == "each" && i == path.Segments.Count - 1));
        }

        return written.ToString();
    }

    private static TemplateTag Trimmed(IReadOnlyList<TemplateTag> tags, int index)
    {
        var tag = tags[index];
        if (tag.Kind != TemplateTag.Sort.Text)
        {
            return tag;
        }

        var text = index > 0 && tags[index - 1].TrimAfter ? tag.Content.TrimStart() : tag.Content;
        return tag with { Content = index + 1 < tags.Count && tags[index + 1].TrimBefore ? text.TrimEnd() : text };
    }

    private void WriteTag(string content) => _handlebars.Append("{{").Append(content).Append("}}");

    private void WriteText(string text, bool beforeTag)
    {
        var position = 0;
        while (position < text.Length)
        {
            var start = text.AsSpan(position).IndexOfAny('\\', '{', '}');
            start = start < 0 ? text.Length : position + start;
            var end = start;
            while (end < text.Length && text[end] is '\\' or '{' or '}')
            {
                end++;
            }

            _handlebars.Append(text, position, start - position);
            if (end - start > 1 || (end > start && (start == 0 || (end == text.Length && beforeTag))))
            {
                _handlebars.Append(CultureInfo.InvariantCulture, $"{{{{@root.[t{_texts.Count}]}}}}");
                _texts.Add(text[start..end]);
            }
            else
            {
                _handlebars.Append(text, start, end - start);
            }

            position = end;
        }
    }

    private static string Word(string text, out string rest)
    {
        var end = text.AsSpan().IndexOfAny(' ', '\t', '\n');
        rest = end < 0 ? "" : text[end..].Trim();
        return end < 0 ? text : text[..end].TrimEnd('\r');
    }

    private static TemplateException Wrong(string message, TemplateTag tag) => new(message, tag.Line, tag.Column);
}
