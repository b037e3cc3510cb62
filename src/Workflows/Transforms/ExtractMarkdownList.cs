using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>
/// The items of a Markdown list as an array of texts: the outermost bullets, or the numbered items if they contain the bullets or there are no
/// bullets. Emphasis within an item stays. An empty array if there is no list.
/// </summary>
internal sealed class ExtractMarkdownList() : OutputTransform("extractMarkdownList")
{
    public override TransformResult Apply(string text)
    {
        var lines = TextLines.Of(text).Select(ListLine.Read).OfType<ListLine>().ToList();
        var bullets = ListLine.Outermost([.. lines.Where(line => !line.Numbered)]);
        var numbers = ListLine.Outermost([.. lines.Where(line => line.Numbered)]);
        var numbersContainBullets = numbers.Count > 0 && (bullets.Count == 0 || numbers[0].Indent < bullets.Min(line => line.Indent));
        return TextLines.ToResult((numbersContainBullets ? numbers : bullets).Select(line => line.Text), "No list was found in the output.");
    }
}

/// <summary>A line of a bulleted or numbered list.</summary>
/// <param name="Indent">Columns before its marker; a tab counts as four, a quotation mark (&gt;) as two.</param>
internal sealed partial record ListLine(bool Numbered, int Indent, string Text)
{
    /// <summary>Reads a line of a list; null if <paramref name="line"/> is not one.</summary>
    public static ListLine? Read(string line)
    {
        // A line of nothing but markers is a horizontal rule.
        if (!line.AsSpan().ContainsAnyExcept("-* \t") || Marker().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var text = line[match.Length..].Trim();
        text = text[0] == '[' ? Task().Replace(text, "", 1) : text;
        return text.Length == 0 ? null : new ListLine(match.Groups["number"].Success, IndentOf(match.Groups["indent"].ValueSpan), text);
    }

    /// <summary>The lines at the outermost level.</summary>
    public static IReadOnlyList<ListLine> Outermost(IReadOnlyList<ListLine> lines)
    {
        // Models are often off by one column; two columns more are another level.
        var limit = lines.Count == 0 ? 0 : lines.Min(line => line.Indent) + 1;
        return [.. lines.Where(line => line.Indent <= limit)];
    }

    public static int IndentOf(ReadOnlySpan<char> space)
    {
        var indent = 0;
        foreach (var c in space)
        {
            indent += c switch { '\t' => 4, '>' => 2, _ => 1 };
        }

        return indent;
    }

    [GeneratedRegex(@"^(?<indent>[ \t>]{0,64})(?:[-*+•‣◦▪●○·–—]|(?<number>\d{1,3}[.)]))[ \t\u00A0]{1,16}(?=\S)")]
    private static partial Regex Marker();

    [GeneratedRegex(@"^\[[ xX]\][ \t]{1,16}")]
    private static partial Regex Task();
}
