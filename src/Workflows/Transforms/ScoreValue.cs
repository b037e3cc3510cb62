using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>A number that may be a score.</summary>
/// <param name="End">Where it ends in its line, including the total.</param>
/// <param name="IsFraction">Whether it has a total: <c>8/10</c>, <c>8 out of 10</c>.</param>
internal sealed partial record ScoreValue(decimal Number, int End, bool IsFraction)
{
    // A score begins at most this many characters behind its colon.
    private const int Reach = 128;

    private const string Digits =
        @"(?:(?<minus>[-−])|\+)?(?:(?<number>[0-9]{1,3}(?:,[0-9]{3}){1,2})(?![0-9])(?:\.(?<decimals>[0-9]{1,6})(?![0-9]))?"
        + @"|(?<number>[0-9]{1,9})(?:\.(?<decimals>[0-9]{1,6})(?![0-9])|,(?<decimals>[0-9]{1,2})(?=[ \t]{0,2}/[ \t]{0,2}[0-9]))?)";

    private const string Month =
        @"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?=[ \t,.]{0,3}(?:[0-9]|$))|"
        + @"june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b";

    // No times (10:30, 9 am), dates (2024-05-01, 12/05/2024, 3 May), versions (1.2.3), ordinals or units (3rd, 20k).
    private const string NoScore =
        @"(?!:?[0-9]|\.[0-9]|[-–.][0-9]{1,2}[-–.][0-9]|/[0-9]{1,4}/[0-9]|[ \t]{0,2}(?:[ap]\.?m\b|uhr\b|o['’]clock)|[ \t]{1,2}(?:of[ \t])?"
        + Month + @"|(?!pts?\b|points?\b)\p{L})";

    private const string Pattern =
        Digits + NoScore + @"(?:[ \t]{0,2}(?:/|(?:(?:points|pts|marks)[ \t])?out[ \t]of)[ \t]{0,2}(?<total>[0-9]{1,4})(?![0-9.][0-9]|[0-9]|\p{L}))?";

    /// <summary>The score that begins at <paramref name="position"/>; null if there is none, or a time, a date, a version.</summary>
    /// <param name="worded">Whether a few words may precede it if it has a total: <c>Good (8/10)</c>.</param>
    public static ScoreValue? At(string line, int position, bool worded) =>
        !line.AsSpan(position, Math.Min(Reach, line.Length - position)).ContainsAnyInRange('0', '9') ? null
        : Read(Bare().Match(line, position)) is { } bare ? bare
        : worded && Read(Worded().Match(line, position)) is { IsFraction: true } fraction ? fraction
        : null;

    /// <summary>The score of which the whole text consists; null if there is none, or other text.</summary>
    public static ScoreValue? Whole(string text)
    {
        var value = At(text, 0, worded: false);
        var rest = value is null ? "" : text[value.End..].TrimEnd('.', ')', ']', ' ').TrimStart();
        return rest is "points" or "pts" || !rest.Any(char.IsLetterOrDigit) ? value : null;
    }

    /// <summary>The number as JSON: 8.0 as 8, 7.50 as 7.5.</summary>
    public JsonNode ToJson() => Number == decimal.Truncate(Number) ? JsonValue.Create((long)Number) : JsonValue.Create(Number);

    private static ScoreValue? Read(Match match)
    {
        if (!match.Success)
        {
            return null;
        }

        var (digits, total) = (match.Groups["number"].Value, match.Groups["total"]);
        var number = decimal.Parse(
            $"{digits.Replace(",", "", StringComparison.Ordinal)}.{match.Groups["decimals"].Value.TrimEnd('0')}",
            NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var isDate = total.Success
            && (digits is ['0', _, ..] || number > decimal.Parse(total.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));
        return isDate
            ? null
            : new ScoreValue(match.Groups["minus"].Success ? -number : number, match.Index + match.Length, total.Success);
    }

    [GeneratedRegex(@"\G[^\p{L}\p{N}:|.,;!?+−-]{0,12}" + Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    [GeneratedRegex(
        @"\G[ \t]{0,4}(?:\p{L}[\p{L}'’+-]{0,20}[ \t,.–—-]{1,4}){1,4}[(\[]?" + Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Worded();
}
