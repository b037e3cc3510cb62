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
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.00} s"),
    };

    /// <summary>In UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Tokens(TokenUsage usage) =>
        string.Create(CultureInfo.InvariantCulture, $"{(usage.Estimated ? "~" : "")}{usage.InputTokens} + {usage.OutputTokens} tokens");

    /// <summary>Dollars: parts of a cent where a cent would say nothing.</summary>
    public static string Money(decimal dollars) =>
        "$" + dollars.ToString(dollars is > 0 and < 0.01m ? "0.000000" : "0.00##", CultureInfo.InvariantCulture);
}
