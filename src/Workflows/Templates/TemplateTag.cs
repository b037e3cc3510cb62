namespace Orchestrator.Workflows.Templates;

/// <summary>A piece of a template: text when <see cref="Kind"/> is Text, or what stands between the braces.</summary>
/// <param name="Content">The text, escapes resolved; or the inside of the tag without braces, tildes and surrounding space.</param>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Column">Column where it begins in characters, from 1.</param>
/// <param name="TrimBefore">The tag eats the white space before it (<c>{{~</c>).</param>
/// <param name="TrimAfter">The tag eats the white space after it (<c>~}}</c>).</param>
internal readonly record struct TemplateTag(
    TemplateTag.Sort Kind, string Content, int Line, int Column, bool TrimBefore = false, bool TrimAfter = false)
{
    internal enum Sort
    {
        Text,
        Comment,
        Placeholder,
    }
}
