using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>The label of a score.</summary>
/// <param name="Words">The words in lower case, at least one.</param>
internal sealed partial record ScoreLabel(IReadOnlyList<string> Words)
{
    // Longer runs of words before a colon are sentences.
    private const int MaxWords = 6;
    private const int MaxLength = 80;

    private static readonly HashSet<string> Counters =
        ["step", "phase", "stage", "day", "week", "part", "chapter", "section", "page", "figure", "version"];
    private static readonly HashSet<string> Dates = ["date", "deadline", "due"];

    public int WordCount => Words.Count;

    /// <summary>
    /// The label that ends before <paramref name="end"/> and begins no earlier than <paramref name="floor"/>; null if there is none.
    /// </summary>
    public static ScoreLabel? Before(string line, int end, int floor)
    {
        end = SkipRemarks(line, end, floor);
        var start = end;
        while (start > floor && end - start < MaxLength && !EndsAnother(line, start - 1))
        {
            start--;
        }

        return Of(line[start..end]);
    }

    /// <summary>A text as a label; null if it has no words.</summary>
    public static ScoreLabel? Of(string text)
    {
        if (text.Contains("//", StringComparison.Ordinal))
        {
            return null;
        }

        var words = Word().Matches(text.Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal))
            .Select(match => match.Value.Trim('_').ToLowerInvariant())
            .Where(word => word.Length > 0)
            .SkipWhile(IsNumber)
            .ToList();
        return words.Count == 0 ? null : new ScoreLabel(words);
    }

    /// <summary>Adds the score under the keys of this label; false if the label shows that the number is not a score.</summary>
    public bool Assign(JsonObject scores, ScoreValue value)
    {
        var last = Words[^1];
        var numbered = IsNumber(last);
        if ((numbered && (!value.IsFraction || Counters.Contains(Words[^2]))) || (value.IsFraction && Dates.Contains(last)))
        {
            return false;
        }

        if (!numbered)
        {
            scores[last] = value.ToJson();
        }

        if (WordCount is > 1 and <= MaxWords)
        {
            scores[string.Join('_', Words)] = value.ToJson();
        }

        return true;
    }

    // Of "Clarity (weight 40%) [1-10]:" the label is "Clarity".
    private static int SkipRemarks(string line, int end, int floor)
    {
        for (var remarks = 0; remarks < 3; remarks++)
        {
            while (end > floor && char.IsWhiteSpace(line[end - 1]))
            {
                end--;
            }

            if (end <= floor || line[end - 1] is not (')' or ']'))
            {
                break;
            }

            var open = line.LastIndexOf(line[end - 1] == ')' ? '(' : '[', end - 1, Math.Min(end - floor, MaxLength));
            if (open < 0)
            {
                break;
            }

            end = open;
        }

        return end;
    }

    private static bool EndsAnother(string line, int at) => line[at] switch
    {
        ',' or ';' or ':' or '：' or '!' or '?' or '|' or '(' or ')' or '[' or ']' or '{' or '}' or '•' or '→' or '=' or '\t' => true,
        '.' => at + 1 < line.Length && line[at + 1] == ' ',
        '-' or '–' or '—' => at > 0 && at + 1 < line.Length && line[at - 1] == ' ' && line[at + 1] == ' ',
        _ => false,
    };

    private static bool IsNumber(string word) => word.All(char.IsDigit);

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}_]+")]
    private static partial Regex Word();
}
