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

    public static string Tokens(TokenUsage usage) =>
        string.Create(CultureInfo.InvariantCulture, $"{(usage.Estimated ? "~" : "")}{usage.InputTokens} + {usage.OutputTokens} tokens");

    public static string Money(decimal dollars) => string.Create(CultureInfo.InvariantCulture, $"${dollars:0.0000##}");
}
