using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// The value of a plain scalar in the core schema of YAML 1.2. Numbers are converted to JSON syntax: <c>+1</c> is 1, <c>007</c> is 7, <c>0x1F</c> is
/// 31, <c>.5</c> is 0.5 and <c>1.</c> is 1. Everything outside that schema is text, such as <c>1_000</c>, <c>yes</c>, <c>12:30</c> and dates.
/// Immutable.
/// </summary>
/// <param name="Kind">Null, boolean, number or string.</param>
/// <param name="Text">The number in JSON syntax, or the text.</param>
/// <param name="Problem">Why the value cannot be represented in JSON, as a predicate; null when it can.</param>
internal readonly partial record struct YamlScalar(SourceKind Kind, string Text = "", bool IsTrue = false, string? Problem = null)
{
    public static YamlScalar Of(string plain)
    {
        switch (plain)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new(SourceKind.Null);
            case "true" or "True" or "TRUE":
                return new(SourceKind.Boolean, IsTrue: true);
            case "false" or "False" or "FALSE":
                return new(SourceKind.Boolean);
            default:
                return char.IsAsciiDigit(plain[0]) || plain[0] is '+' or '-' or '.' ? Number(plain) : new(SourceKind.String, plain);
        }
    }

    private static YamlScalar Number(string plain)
    {
        if (Infinite().IsMatch(plain))
        {
            return new(SourceKind.Number, plain, Problem: "is not a finite number, as JSON needs it; write a finite one, or put it in quotes");
        }

        if (Prefixed().IsMatch(plain))
        {
            return FromBase(plain, plain[1] == 'x' ? 16 : 8);
        }

        var match = Decimal().Match(plain);
        if (!match.Success)
        {
            return new(SourceKind.String, plain);
        }

        var whole = match.Groups["whole"].ValueSpan.TrimStart('0');
        var fraction = match.Groups["fraction"].ValueSpan;
        var exponent = match.Groups["exponent"].ValueSpan;
        return new(
            SourceKind.Number, $"{(plain[0] == '-' ? "-" : "")}{(whole.IsEmpty ? "0" : whole)}{(fraction.IsEmpty ? "" : ".")}{fraction}{exponent}");
    }

    private static YamlScalar FromBase(string plain, int radix)
    {
        var value = 0UL;
        foreach (var digit in plain.AsSpan(2))
        {
            if (value > ulong.MaxValue / (ulong)radix)
            {
                return new(SourceKind.Number, plain, Problem: "has more than 64 bits; write it as a decimal number, or put it in quotes");
            }

            value = (value * (ulong)radix) + (ulong)(char.IsAsciiDigit(digit) ? digit - '0' : (digit | ' ') - 'a' + 10);
        }

        return new(SourceKind.Number, value.ToString(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(
        @"\A[-+]?(?:(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))(?<exponent>[eE][-+]?[0-9]+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\A0(?:x[0-9a-fA-F]+|o[0-7]+)\z")]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"\A(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex Infinite();
}
