using System.Text;

namespace Orchestrator.Workflows.Templates;

/// <summary>Cuts a template into text and tags, in one pass. Braces are Handlebars' own, <c>\{{</c> included.</summary>
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

            // As in Handlebars, \\{{x}} is a backslash and then the value.
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
            throw new TemplateException("Raw blocks, {{{{…}}}}, are not supported; write \\{{ for braces that are text", line, column);
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
            throw new TemplateException("This placeholder is never closed; write \\{{ for braces that are text", line, column);
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
