using System.Globalization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Cli.Output;

/// <summary>How figures are written for people.</summary>
internal static class Numbers
{
    public static string Duration(double? milliseconds) => milliseconds switch
    {
        null => "",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        _ => Offset(TimeSpan.FromMilliseconds(milliseconds.Value)),
    };

    /// <summary>The time since the start of something, the unit of short ones always the same.</summary>
    public static string Offset(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes:00} min",
        _ => $"{time.Days} d {time.Hours:00} h",
    };

    /// <summary>In UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Tokens(TokenUsage usage) =>
        string.Create(CultureInfo.InvariantCulture, $"{(usage.Estimated ? "~" : "")}{usage.InputTokens} + {usage.OutputTokens} tokens");

    /// <summary>Dollars: parts of a cent where a cent would say nothing.</summary>
    /// <param name="dollars">Null: not known.</param>
    public static string Money(decimal? dollars) =>
        dollars is null ? "cost unknown" : "$" + dollars.Value.ToString(dollars is > 0 and < 0.01m ? "0.000000" : "0.00##", CultureInfo.InvariantCulture);
}
