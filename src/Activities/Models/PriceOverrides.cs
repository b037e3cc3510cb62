using System.Globalization;
using Microsoft.Extensions.Configuration;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>Reads prices from the configuration: <c>Orchestrator:Prices:gpt-4o:Input</c>, <c>Output</c> and, optional, <c>CachedInput</c>.</summary>
internal static class PriceOverrides
{
    private const string Section = "Orchestrator:Prices";

    private static readonly string[] Amounts = ["Input", "Output", "CachedInput"];

    /// <exception cref="ModelConfigurationException">An amount is missing, is no number, or has no meaning.</exception>
    public static IEnumerable<KeyValuePair<string, ModelPrice>> Read(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().Select(model => KeyValuePair.Create(model.Key, Price(model)))];

    private static ModelPrice Price(IConfigurationSection model)
    {
        if (model.GetChildren().FirstOrDefault(child => !Amounts.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Wrong(unknown.Path, $"has no meaning: a price has {string.Join(", ", Amounts)}.");
        }

        return new ModelPrice(Required(model, "Input"), Required(model, "Output"), Amount(model, "CachedInput"));
    }

    private static decimal Required(IConfigurationSection model, string name) =>
        Amount(model, name) ?? throw Wrong($"{model.Path}:{name}", "is missing: a price needs Input and Output, in US dollars per million tokens.");

    private static decimal? Amount(IConfigurationSection model, string name) => model[name] is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount
        : throw Wrong($"{model.Path}:{name}", $"is '{text}', which is no amount: write US dollars per million tokens, such as 0.15.");

    private static ModelConfigurationException Wrong(string setting, string what) => new($"The setting {setting} {what}");
}
