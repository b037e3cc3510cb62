using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>A number that may be a score.</summary>
/// <param name="End">Where it ends in its line, what it is out of included.</param>
/// <param name="IsFraction">It says what it is out of: <c>8/10</c>, <c>8 out of 10</c>.</param>
internal sealed partial record ScoreValue(decimal Number, int End, bool IsFraction)
{
    /// <summary>The score that begins at <paramref name="position"/>; null when there is none, or a time, a date, a version.</summary>
    /// <param name="worded">A few words may stand before it when it says what it is out of: <c>Good (8/10)</c>.</param>
    public static ScoreValue? At(string line, int position, bool worded) =>
        Read(Number_().Match(line, position))
        ?? (worded && Read(Worded().Match(line, position)) is { IsFraction: true } value ? value : null);

    /// <summary>The score that the whole text is; null when it is more than that, or none.</summary>
    public static ScoreValue? Whole(string text)
    {
        var value = At(text, 0, worded: false);
        var rest = value is null ? "" : text[value.End..].TrimEnd('.', ')', ']', ' ').TrimStart();
        return rest is "points" or "pts" || !rest.Any(char.IsLetterOrDigit) ? value : null;
    }

    /// <summary>The number as JSON; 8.0 is 8, and 7.50 is 7.5.</summary>
    public JsonNode ToJson() => Number == decimal.Truncate(Number) ? JsonValue.Create((long)Number) : JsonValue.Create(Number);

    private static ScoreValue? Read(Match match)
    {
        if (!match.Success)
        {
            return null;
        }

        var (digits, total) = (match.Groups["number"].Value, match.Groups["total"]);
        var number = decimal.Parse(
            match.Groups["decimals"].Success ? digits + "." + match.Groups["decimals"].Value.TrimEnd('0') : digits.Replace(",", "", StringComparison.Ordinal),
            NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var isDate = total.Success && (digits is ['0', _, ..] || number > decimal.Parse(total.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));
        return isDate
            ? null
            : new ScoreValue(match.Groups["minus"].Success ? -number : number, match.Index + match.Length, total.Success);
    }

    private const string Pattern =
        @"(?:(?<minus>[-−])|\+)?(?:(?<number>\d{1,3}(?:,\d{3}){1,2})(?!\d)|(?<number>\d{1,9})(?:\.(?<decimals>\d{1,6})(?!\d)|,(?<decimals>\d{1,2})(?=[ \t]{0,2}/[ \t]{0,2}\d))?)"
        + @"(?![:\d]\d|\d|\.\d|[-–.]\d{1,2}[-–.]\d|/\d{1,4}/\d|[ \t]{0,2}(?:[ap]\.?m\b|uhr\b|o['’]clock)|[ \t]{1,2}(?:of[ \t])?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b|(?!pts?\b|points?\b)\p{L})"
        + @"(?:[ \t]{0,2}(?:/|out[ \t]of)[ \t]{0,2}(?<total>\d{1,4})(?![\d.]\d|\d|\p{L}))?";

    [GeneratedRegex(@"\G[^\p{L}\p{N}:|.,;!?+−-]{0,12}" + Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number_();

    [GeneratedRegex(@"\G[ \t]{0,4}(?:\p{L}[\p{L}'’+-]{0,20}[ \t,.–—-]{1,4}){1,4}[(\[]?" + Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Worded();
}
