using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// Removes the white space that only formats a template, as Handlebars does: the white space next to <c>~</c>, and the whole line of a block's tag or
/// a comment that is alone on its line.
/// </summary>
internal static partial class StandaloneLines
{
    /// <summary>The tokens with trimmed texts, without texts that became empty.</summary>
    public static IReadOnlyList<TemplateTag> Trim(IReadOnlyList<TemplateTag> tags)
    {
        // Most templates have no block, no comment and no tilde.
        var trims = false;
        for (var index = 0; index < tags.Count; index++)
        {
            trims |= tags[index] is { TrimBefore: true } or { TrimAfter: true } || RemovesItsLine(tags[index]);
        }

        if (!trims)
        {
            return tags;
        }

        var kept = tags.Select((tag, index) => Trimmed(tags, tag, index))
            .Where(tag => tag.Kind != TemplateTag.Sort.Text || tag.Content.Length > 0).ToList();
        var texts = kept.ConvertAll(tag => tag.Content);
        for (var index = 0; index < kept.Count; index++)
        {
            if (RemovesItsLine(kept[index]) && EndsLine(kept, index) && BeginsLine(kept, index))
            {
                if (index > 0)
                {
                    texts[index - 1] = texts[index - 1].TrimEnd(' ', '\t');
                }

                if (index + 1 < kept.Count)
                {
                    texts[index + 1] = RestOfLine().Replace(texts[index + 1], "", 1);
                }
            }
        }

        return [.. kept.Select((tag, index) => tag with { Content = texts[index] })];
    }

    private static TemplateTag Trimmed(IReadOnlyList<TemplateTag> tags, TemplateTag tag, int index)
    {
        if (tag.Kind != TemplateTag.Sort.Text)
        {
            return tag;
        }

        var text = index > 0 && tags[index - 1].TrimAfter ? tag.Content.TrimStart() : tag.Content;
        return tag with { Content = index + 1 < tags.Count && tags[index + 1].TrimBefore ? text.TrimEnd() : text };
    }

    private static bool RemovesItsLine(TemplateTag tag) =>
        tag.Kind == TemplateTag.Sort.Comment || (tag.Kind == TemplateTag.Sort.Placeholder && (tag.Content is ['#' or '/', ..] || tag.IsElse));

    private static bool EndsLine(List<TemplateTag> tags, int index) => index == tags.Count - 1
        || (tags[index + 1].Kind == TemplateTag.Sort.Text && (index == tags.Count - 2 ? LastLine() : Line()).IsMatch(tags[index + 1].Content));

    private static bool BeginsLine(List<TemplateTag> tags, int index)
    {
        if (index == 0 || tags[index - 1].Kind != TemplateTag.Sort.Text)
        {
            return index == 0;
        }

        var text = tags[index - 1].Content.AsSpan();
        var space = text[text.TrimEnd().Length..];
        return space.Contains('\n') || (index == 1 && space.Length == text.Length);
    }

    [GeneratedRegex(@"\A[ \t]*\r?\n")]
    private static partial Regex Line();

    [GeneratedRegex(@"\A[ \t]*(?:\r?\n|\z)")]
    private static partial Regex LastLine();

    [GeneratedRegex(@"\A[ \t]*\r?\n?")]
    private static partial Regex RestOfLine();
}
