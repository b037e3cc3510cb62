using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>
/// The scores of an output as an object of numbers: <c>Clarity: 8/10</c>, <c>**Overall score:** 7.5</c>, <c>Depth – 8 out of 10</c>, <c>### Style
/// (4/5)</c>, rows of tables. The key is the last word of the label in lower case and, if the label has several words, also the whole label in snake
/// case; of several scores with one key the last counts. Numbers of steps, times and dates are not scores. An empty object if there are no scores.
/// </summary>
internal sealed partial class ExtractScores() : OutputTransform("extractScores")
{
    public override TransformResult Apply(string text)
    {
        var scores = new JsonObject();
        var table = new ScoreTable();
        ScoreLabel? waiting = null;
        foreach (var raw in TextLines.Of(text))
        {
            var line = Emphasis().Replace(raw, "").Trim();
            if (line.Length == 0)
            {
                table = new ScoreTable();
                continue;
            }

            if (waiting is not null && ScoreValue.Whole(line) is { } below)
            {
                waiting.Assign(scores, below);
            }

            waiting = line[^1] is ':' or '：' ? ScoreLabel.Before(line, line.Length - 1, 0) : null;
            if (!table.Read(line, scores) && !ReadLine(line, scores) && line.Contains('|', StringComparison.Ordinal))
            {
                new ScoreTable().ReadRow(line, scores);
            }
        }

        return new TransformResult(scores, scores.Count == 0 ? "No scores were found in the output." : null);
    }

    private static bool ReadLine(string line, JsonObject scores)
    {
        var (floor, found) = (0, false);
        if (WithoutColon().Match(line) is { Success: true } match
            && ScoreValue.At(line, match.Groups["value"].Index, worded: false) is { IsFraction: true } value
            && ScoreLabel.Before(line, match.Groups["label"].Index + match.Groups["label"].Length, 0) is { WordCount: <= 5 } label)
        {
            found = label.Assign(scores, value);
            floor = value.End;
        }

        for (var i = floor; i < line.Length; i++)
        {
            if ((line[i] is ':' or '：' || (line[i] == '=' && i > 0 && line[i - 1] == ' '))
                && ScoreValue.At(line, i + 1, worded: true) is { } number
                && ScoreLabel.Before(line, i, floor) is { } name
                && name.Assign(scores, number))
            {
                found = true;
                i = number.End - 1;
                floor = number.End;
            }
        }

        return found;
    }

    [GeneratedRegex("[*`\"“”]|__")]
    private static partial Regex Emphasis();

    // "Clarity – 8/10", "Clarity (8 out of 10)"; without a separator only if the line is an item or a heading and ends with the score.
    [GeneratedRegex(
        @"^(?:[-+•>\#]{1,6}[ \t]{1,4})?(?:\(?\d{1,3}[.)][ \t]{1,4})?(?<label>[^\d:|=]{2,60}?)[ \t]{0,2}"
        + @"(?:(?:[-–—→]|->|[(\[])[ \t]{0,2}|(?<=^[-+•\#]{1,6}[ \t][^:|=]{0,80}[ \t])(?=.{1,14}$))"
        + @"(?<value>\d{1,3}(?:[.,]\d{1,2})?)(?=[ \t]{0,2}(?:/|out of))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WithoutColon();
}
