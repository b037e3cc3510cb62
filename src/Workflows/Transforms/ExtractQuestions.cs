using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>
/// The numbered questions of an output as an array of texts: <c>1.</c>, <c>2)</c>, <c>(3)</c>, <c>Q4:</c>, <c>Question 5</c>, also in bold, as
/// headings, or with the text on the next line. If there are none, the bullets that end with a question mark. An empty array if there are no
/// questions.
/// </summary>
internal sealed partial class ExtractQuestions() : OutputTransform("extractQuestions")
{
    private const string Warning = "No questions were found in the output.";

    public override TransformResult Apply(string text)
    {
        var lines = TextLines.Of(text).Where(line => !string.IsNullOrWhiteSpace(line)).ToList();
        var numbered = new List<(bool Heading, ListLine Line)>();
        for (var i = 0; i < lines.Count; i++)
        {
            var (question, heading, empty) = Read(lines[i]);
            if (empty && i + 1 < lines.Count && Read(lines[i + 1]) is (null, _, false))
            {
                question = question! with { Text = lines[++i].Trim() };
            }

            if (question is { Text.Length: > 0 })
            {
                numbered.Add((heading, question));
            }
        }

        // With numbered lines below them, numbered headings are groups of questions.
        var plain = numbered.Where(entry => !entry.Heading).Select(entry => entry.Line).ToList();
        var found = ListLine.Outermost(plain.Count > 0 ? plain : [.. numbered.Select(entry => entry.Line)]);
        return TextLines.ToResult((found.Count > 0 ? found : Bullets(lines)).Select(line => line.Text), Warning);
    }

    private static IReadOnlyList<ListLine> Bullets(List<string> lines) =>
        ListLine.Outermost([.. lines.Select(ListLine.Read).OfType<ListLine>().Where(line => !line.Numbered && IsQuestion(line.Text))]);

    /// <summary>Reads a numbered line, null if it is not one; and whether it is a heading, and whether its text is on the next line.</summary>
    private static (ListLine? Question, bool Heading, bool Empty) Read(string line)
    {
        var match = Numbered().Match(line);
        if (!match.Success)
        {
            return default;
        }

        var (labelled, separator, emphasis) = (match.Groups["label"].Success, match.Groups["separator"].Value.Trim(), match.Groups["emphasis"].Value);
        var text = line[match.Length..];
        if (emphasis.Length > 0 && text.IndexOf(emphasis, StringComparison.Ordinal) is >= 0 and var close)
        {
            text = text.Remove(close, emphasis.Length);
        }

        text = text.TrimStart(':', '-', '–', '—', ' ', '\t').Trim();
        var marked = separator.Length > 0 && separator[^1] is '.' or ')' && !match.Groups["part"].Success;
        var decimals = separator is "." && text.Length > 0 && char.IsAsciiDigit(text[0]) && line[match.Length] == text[0];
        var accepted = labelled
            ? separator.Length > 0 || text.Length == 0
            : (marked && !decimals && text.Length > 0) || ((separator.Length > 0 || match.Groups["part"].Success) && IsQuestion(text));
        return accepted
            ? (new ListLine(true, ListLine.IndentOf(match.Groups["indent"].ValueSpan), text), match.Groups["heading"].Success, text.Length == 0)
            : default;
    }

    private static bool IsQuestion(string text) => text.TrimEnd('*', '_', '"', '\'', '”', '’', ')', ' ') is [.., '?' or '？' or '؟'];

    [GeneratedRegex(
        @"^(?<indent>[ \t>]{0,64})(?:[-*+•][ \t]{1,8})?(?<heading>\#{1,6}[ \t]{1,8})?(?<emphasis>\*{1,3}|_{1,3})?\(?"
        + @"(?<label>Q(?:uestion)?[ \t]{0,2}\#?)?\d{1,3}(?<part>(?:\.\d{1,2}){1,2})?(?<separator>\\?[.):]|[ \t]{0,2}[-–—:])?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
