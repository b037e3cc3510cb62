using System.Globalization;
using Microsoft.Extensions.Configuration;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>Prices and costs of models, the simulated model included. Thread-safe.</summary>
internal static class ModelPrices
{
    private static readonly ModelPrice Free = new(0, 0);

    /// <summary>The price of a model; null when it is not known. The simulated model under its own name is free.</summary>
    public static ModelPrice? PriceOf(this PriceTable prices, string model) => SimulatedModelOptions.IsSimulated(model) ? Free : prices.Find(model);

    /// <summary>The cost of one request in US dollars; 0 without usage, null when the price is not known.</summary>
    public static decimal? CostOf(this PriceTable prices, string model, TokenUsage usage) =>
        usage == default ? 0 : prices.PriceOf(model)?.Cost(usage);
}

/// <summary>
/// Reads prices from the configuration, in US dollars per million tokens: <c>Orchestrator:Prices:gpt-4o:Input</c>, <c>Output</c> and, optional,
/// <c>CachedInput</c>, <c>CacheWrite</c> and the flag <c>LongContext</c>.
/// </summary>
internal static class PriceOverrides
{
    public const string Section = "Orchestrator:Prices";

    private static readonly string[] Members = ["Input", "Output", "CachedInput", "CacheWrite", "LongContext"];

    /// <summary>The configured prices by model.</summary>
    /// <exception cref="ModelConfigurationException">An amount is missing or not a number, or a key is unknown.</exception>
    public static IEnumerable<KeyValuePair<string, ModelPrice>> Read(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().SelectMany(model => Read(model, model.Key))];

    /// <summary>Reads nested sections too, into which the configuration splits a model's name with a colon (<c>llama3:8b</c>).</summary>
    private static IEnumerable<KeyValuePair<string, ModelPrice>> Read(IConfigurationSection section, string name)
    {
        var nested = section.GetChildren().Where(IsSection).ToList();
        var prices = nested.SelectMany(child => Read(child, $"{name}:{child.Key}"));
        return nested.Count > 0 && section.GetChildren().All(IsSection) ? prices : prices.Append(KeyValuePair.Create(name, Price(section)));
    }

    private static ModelPrice Price(IConfigurationSection model)
    {
        var unknown = model.GetChildren()
            .FirstOrDefault(child => !IsSection(child) && !Members.Contains(child.Key, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw Invalid(unknown.Path, $"has no meaning: a price has {string.Join(", ", Members)}.");
        }

        return new ModelPrice(
            Required(model, "Input"),
            Required(model, "Output"),
            Amount(model, "CachedInput"),
            Amount(model, "CacheWrite"),
            Flag(model, "LongContext"));
    }

    private static bool IsSection(IConfigurationSection section) => section.GetChildren().Any();

    private static decimal Required(IConfigurationSection model, string name) =>
        Amount(model, name) ?? throw Invalid($"{model.Path}:{name}", "is missing: a price needs Input and Output, in US dollars per million tokens.");

    private static decimal? Amount(IConfigurationSection model, string name) => model[name] is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount
        : throw Invalid($"{model.Path}:{name}", $"is '{text}', which is no amount: write US dollars per million tokens, such as 0.15.");

    private static bool Flag(IConfigurationSection model, string name) => model[name] is { } text
        && (bool.TryParse(text, out var value) ? value : throw Invalid(
            $"{model.Path}:{name}",
            $"is '{text}'; it is true or false: whether requests with more than {ModelPrice.LongContextTokens} tokens cost more."));

    private static ModelConfigurationException Invalid(string setting, string what) => new($"The setting {setting} {what}");
}
