using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Models.Simulated;

/// <summary>Finds out whether a prompt asks for scores, and for which criteria. Thread-safe.</summary>
internal static partial class ScoreRequest
{
    private const int MostCriteria = 12;

    private static readonly string[] Defaults = ["Clarity", "Framework", "Assumptions", "Solution"];

    /// <summary>The criteria to score, in the prompt's order, at most 12; null when the prompt asks for no scores out of ten.</summary>
    public static IReadOnlyList<string>? Criteria(string prompt)
    {
        if (!Scores().IsMatch(prompt) || !OutOfTen().IsMatch(prompt))
        {
            return null;
        }

        // Data follows the instructions, and lists in it are not criteria.
        var instructions = DataBelow().Split(prompt, 2)[0];
        var bulleted = Labels(Bullet(), instructions);
        var named = bulleted.Count > 0 ? bulleted : Labels(Line(), instructions);
        return named.Count > 0 ? named : Defaults;
    }

    private static List<string> Labels(Regex pattern, string text) =>
    [
        .. pattern.Matches(text)
            .Select(match => match.Groups["label"].Value.Trim())
            .Where(label => !NoCriterion().IsMatch(label))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(MostCriteria),
    ];

    [GeneratedRegex(@"\bscor(?:e|es|ed|ing)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scores();

    [GeneratedRegex(@"/\s?10\b|\bout of (?:10|ten)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OutOfTen();

    [GeneratedRegex(@"^Inputs:[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex DataBelow();

    // "- Clarity: how well…", "2. **Depth** (1 to 10)", "* Assumptions": a bullet, one to three words, then punctuation or the end of the line.
    [GeneratedRegex(
        @"^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+(?:\*\*|__)?(?<label>[A-Za-z][\w&/-]*(?: [\w&/-]+){0,2}?)(?:\*\*|__)?[ \t]*(?:[:(–—]|\r?$)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Bullet();

    [GeneratedRegex(
        @"^[ \t]*(?:\*\*|__)?(?<label>[A-Za-z][\w&/-]*(?: [\w&/-]+){0,2})(?:\*\*|__)?:(?:\*\*|__)?(?=[ \t]*\S)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(
        @"^(?:notes?|inputs?|outputs?|examples?|format|important|context|question|answer|task|role|score|scores|criteria|\w+_\w+)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoCriterion();
}
