using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>A line of a bulleted or numbered list.</summary>
/// <param name="Indent">Columns before its marker; a tab counts as four, the mark of a quotation as two.</param>
internal sealed partial record ListLine(bool Numbered, int Indent, string Text)
{
    /// <summary>The list line that <paramref name="line"/> is; null when it is none.</summary>
    public static ListLine? Read(string line)
    {
        // What holds nothing but marks is a rule between paragraphs.
        if (!line.AsSpan().ContainsAnyExcept("-* \t") || Marker().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var text = line[match.Length..].Trim();
        text = text[0] == '[' ? Task().Replace(text, "", 1) : text;
        return text.Length == 0 ? null : new ListLine(match.Groups["number"].Success, IndentOf(match.Groups["indent"].ValueSpan), text);
    }

    /// <summary>Those lines that stand at the outermost level.</summary>
    public static IReadOnlyList<ListLine> Outermost(IReadOnlyList<ListLine> lines)
    {
        // One column more is a slip of the hand, two are another level.
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
