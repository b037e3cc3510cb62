namespace Orchestrator.Workflows.Templates;

/// <summary>A piece of a template: text when <see cref="Kind"/> is Text, or what stands between the braces.</summary>
/// <param name="Content">The text, escapes resolved; or the inside of the tag without braces, tildes and surrounding space.</param>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Column">Column where it begins in characters, from 1.</param>
/// <param name="TrimBefore">The tag eats the white space before it (<c>{{~</c>).</param>
/// <param name="TrimAfter">The tag eats the white space after it (<c>~}}</c>).</param>
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
    public string? ElseCondition => Word(Content, out var rest) == "else" && Word(rest, out var condition) == "if" ? condition : null;

    /// <summary>The first word of a text, and what comes after it.</summary>
    public static string Word(string text, out string rest)
    {
        var end = text.AsSpan().IndexOfAny(' ', '\t', '\n');
        rest = end < 0 ? "" : text[end..].Trim();
        return end < 0 ? text : text[..end].TrimEnd('\r');
    }
}
