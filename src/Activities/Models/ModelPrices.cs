using System.Globalization;
using Microsoft.Extensions.Configuration;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>What models cost, the simulated one included.</summary>
internal static class ModelPrices
{
    private static readonly ModelPrice Free = new(0, 0);

    /// <summary>The price of a model; none is known for some (null), and the simulated model, asked by its own name, is free.</summary>
    public static ModelPrice? PriceOf(this PriceTable prices, string model) => SimulatedModelOptions.IsSimulated(model) ? Free : prices.Find(model);

    /// <summary>What one request costs in US dollars; null when no price is known, unless nothing was used.</summary>
    public static decimal? CostOf(this PriceTable prices, string model, TokenUsage usage) => usage == default ? 0 : prices.PriceOf(model)?.Cost(usage);
}

/// <summary>Reads prices from the configuration: <c>Orchestrator:Prices:gpt-4o:Input</c>, <c>Output</c> and, optional, <c>CachedInput</c>, <c>CacheWrite</c>, <c>LongContext</c>.</summary>
internal static class PriceOverrides
{
    public const string Section = "Orchestrator:Prices";

    private static readonly string[] Members = ["Input", "Output", "CachedInput", "CacheWrite", "LongContext"];

    /// <exception cref="ModelConfigurationException">An amount is missing, is no number, or has no meaning.</exception>
    public static IEnumerable<KeyValuePair<string, ModelPrice>> Read(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().SelectMany(model => Read(model, model.Key))];

    /// <summary>The configuration splits a model's name at a colon (<c>llama3:8b</c>) into nested sections.</summary>
    private static IEnumerable<KeyValuePair<string, ModelPrice>> Read(IConfigurationSection section, string name)
    {
        var (longer, own) = (section.GetChildren().Where(child => child.GetChildren().Any()).ToList(), section.GetChildren().Where(child => !child.GetChildren().Any()));
        var deeper = longer.SelectMany(child => Read(child, $"{name}:{child.Key}"));
        return longer.Count > 0 && !own.Any() ? deeper : deeper.Append(KeyValuePair.Create(name, Price(section)));
    }

    private static ModelPrice Price(IConfigurationSection model)
    {
        if (model.GetChildren().FirstOrDefault(child => !child.GetChildren().Any() && !Members.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Wrong(unknown.Path, $"has no meaning: a price has {string.Join(", ", Members)}.");
        }

        return new ModelPrice(Required(model, "Input"), Required(model, "Output"), Amount(model, "CachedInput"), Amount(model, "CacheWrite"), Flag(model, "LongContext"));
    }

    private static decimal Required(IConfigurationSection model, string name) =>
        Amount(model, name) ?? throw Wrong($"{model.Path}:{name}", "is missing: a price needs Input and Output, in US dollars per million tokens.");

    private static decimal? Amount(IConfigurationSection model, string name) => model[name] is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount
        : throw Wrong($"{model.Path}:{name}", $"is '{text}', which is no amount: write US dollars per million tokens, such as 0.15.");

    private static bool Flag(IConfigurationSection model, string name) => model[name] is { } text
        && (bool.TryParse(text, out var value) ? value : throw Wrong($"{model.Path}:{name}", $"is '{text}'; it is true or false: whether requests with more than {ModelPrice.LongContextTokens} tokens cost more."));

    private static ModelConfigurationException Wrong(string setting, string what) => new($"The setting {setting} {what}");
}
