using System.Text;

namespace Orchestrator.Workflows.Templates;

/// <summary>Splits a template into texts and tags in one pass, with the rules of Handlebars for braces and <c>\{{</c>.</summary>
internal sealed class TemplateScanner(string text)
{
    private readonly List<TemplateTag> _tags = [];
    private readonly StringBuilder _pending = new();
    private int _counted;
    private int _line = 1;
    private int _lineStart;

    public static IReadOnlyList<TemplateTag> Scan(string text) => new TemplateScanner(text).Scan();

    private List<TemplateTag> Scan()
    {
        var position = 0;
        while (true)
        {
            var open = text.IndexOf("{{", position, StringComparison.Ordinal);
            if (open < 0)
            {
                _pending.Append(text, position, text.Length - position);
                FlushText();
                return _tags;
            }

            var backslashes = Backslashes(position, open);
            if (backslashes == 1)
            {
                _pending.Append(text, position, open - position - 1).Append("{{");
                position = open + 2;
                continue;
            }

            // In Handlebars, \\{{x}} is a backslash followed by the value.
            _pending.Append(text, position, open - position - (backslashes > 1 ? 1 : 0));
            FlushText();
            position = ReadTag(open);
        }
    }

    private int Backslashes(int from, int to)
    {
        var count = 0;
        while (to - count > from && text[to - count - 1] == '\\')
        {
            count++;
        }

        return count;
    }

    private int ReadTag(int open)
    {
        var (line, column) = Place(open);
        if (At(open, "{{{{"))
        {
            throw new TemplateException("Raw blocks, {{{{…}}}}, are not supported; write literal braces as \\{{", line, column);
        }

        var triple = At(open, "{{{");
        var start = open + (triple ? 3 : 2);
        var trimBefore = At(start, "~");
        start += trimBefore ? 1 : 0;

        var (end, close) = At(start, "!--") ? FindDashes(start + 3) : Find(triple ? "}}}" : "}}", start);
        var comment = At(start, "!");
        var nested = text.IndexOf("{{", start, StringComparison.Ordinal);
        if (end < 0 || (!comment && nested >= 0 && nested < end))
        {
            throw new TemplateException("This placeholder is not closed; write literal braces as \\{{", line, column);
        }

        var trimAfter = close.Contains('~', StringComparison.Ordinal) || (end > start && text[end - 1] == '~');
        var content = comment ? "" : text[start..(trimAfter ? end - 1 : end)].Trim();
        _tags.Add(new TemplateTag(
            comment ? TemplateTag.Sort.Comment : TemplateTag.Sort.Placeholder, content, line, column, trimBefore, trimAfter));
        return end + close.Length;
    }

    private (int Position, string Found) Find(string close, int from) => (text.IndexOf(close, from, StringComparison.Ordinal), close);

    private (int Position, string Found) FindDashes(int from)
    {
        for (var dashes = from; (dashes = text.IndexOf("--", dashes, StringComparison.Ordinal)) >= 0; dashes++)
        {
            if (At(dashes, "--}}") || At(dashes, "--~}}"))
            {
                return (dashes, At(dashes, "--}}") ? "--}}" : "--~}}");
            }
        }

        return (-1, "");
    }

    private bool At(int position, string expected) => string.CompareOrdinal(text, position, expected, 0, expected.Length) == 0;

    private void FlushText()
    {
        if (_pending.Length > 0)
        {
            _tags.Add(new TemplateTag(TemplateTag.Sort.Text, _pending.ToString(), 0, 0));
            _pending.Clear();
        }
    }

    private (int Line, int Column) Place(int position)
    {
        for (; _counted < position; _counted++)
        {
            if (text[_counted] == '\n')
            {
                _line++;
                _lineStart = _counted + 1;
            }
        }

        return (_line, position - _lineStart + 1);
    }
}

/// <summary>A token of a template: a text, a comment, or a tag in braces. Immutable.</summary>
/// <param name="Content">The text with escapes resolved; the inside of a tag without braces, tildes and surrounding white space; empty for a
/// comment.</param>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Column">Column where it begins in characters, from 1.</param>
/// <param name="TrimBefore">Whether the tag removes the white space before it (<c>{{~</c>).</param>
/// <param name="TrimAfter">Whether the tag removes the white space after it (<c>~}}</c>).</param>
internal sealed record TemplateTag(
    TemplateTag.Sort Kind, string Content, int Line, int Column, bool TrimBefore = false, bool TrimAfter = false)
{
    internal enum Sort
    {
        Text,
        Comment,
        Placeholder,
    }

    /// <summary>Whether it is {{else}}, {{^}} or {{else if …}}.</summary>
    public bool IsElse => Content is "else" or "^" || ElseCondition is not null;

    /// <summary>The condition of {{else if}}; null for every other tag.</summary>
    public string? ElseCondition => Content.StartsWith("else", StringComparison.Ordinal)
        && FirstWord(Content, out var rest) == "else" && FirstWord(rest, out var condition) == "if" ? condition : null;

    /// <summary>The first word of a text.</summary>
    /// <param name="rest">The text after the word, without surrounding white space.</param>
    public static string FirstWord(string text, out string rest)
    {
        var end = text.AsSpan().IndexOfAny(' ', '\t', '\n');
        rest = end < 0 ? "" : text[end..].Trim();
        return end < 0 ? text : text[..end].TrimEnd('\r');
    }
}
