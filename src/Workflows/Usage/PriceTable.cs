namespace Orchestrator.Workflows.Usage;

/// <summary>What models cost, as it was known on one date. Immutable and thread-safe.</summary>
public sealed class PriceTable
{
    private const decimal TokensPerPrice = 1_000_000m;
    private readonly Dictionary<string, ModelPrice> _models;

    /// <param name="asOf">The date on which these prices were true: the version of the table.</param>
    /// <param name="models">Prices by model name; letter case does not matter.</param>
    /// <exception cref="ArgumentException">A price is negative, or a name is empty.</exception>
    public PriceTable(DateOnly asOf, IEnumerable<KeyValuePair<string, ModelPrice>> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        AsOf = asOf;
        _models = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, price) in models)
        {
            if (string.IsNullOrWhiteSpace(name) || price.Input < 0 || price.Output < 0 || price.CachedInput < 0)
            {
                throw new ArgumentException($"The price of model '{name}' is not valid: it needs a name and no negative amount.", nameof(models));
            }

            _models[name] = price;
        }
    }

    /// <summary>Public list prices that the program was built with.</summary>
    public static PriceTable BuiltIn { get; } = new(BuiltInPrices.AsOf, BuiltInPrices.Models);

    /// <summary>The date on which these prices were true; overrides do not change it.</summary>
    public DateOnly AsOf { get; }

    public IReadOnlyDictionary<string, ModelPrice> Models => _models;

    /// <summary>This table with other prices in addition or instead.</summary>
    /// <exception cref="ArgumentException">A price is negative, or a name is empty.</exception>
    public PriceTable With(IEnumerable<KeyValuePair<string, ModelPrice>> overrides) => new(AsOf, _models.Concat(overrides));

    /// <summary>
    /// The price of a model: by its name, then by the longest listed name of which it is a version (<c>gpt-4o-mini-2024-07-18</c> is one of <c>gpt-4o-mini</c>,
    /// and <c>gpt-4o-mini</c> is none of <c>gpt-4o</c>). What stands before the last slash (<c>openai/</c>) is ignored unless the table lists it; null: no price is known.
    /// </summary>
    public ModelPrice? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (_models.TryGetValue(model, out var price))
        {
            return price;
        }

        var name = model[(model.LastIndexOf('/') + 1)..];
        for (var end = name.Length; end > 0; end = name.LastIndexOf('-', end - 1))
        {
            if (_models.TryGetValue(name[..end], out price) && IsVersion(name.AsSpan(end)))
            {
                return price;
            }
        }

        return null;
    }

    /// <summary>What a call costs in US dollars, unrounded; null when the model has no price.</summary>
    /// <param name="inputTokens">All tokens of the input, the cached ones included; not negative.</param>
    /// <param name="outputTokens">Tokens of the output, reasoning included; not negative.</param>
    /// <param name="cachedTokens">The part of the input that came from the provider's cache; more than the input counts as the whole of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public decimal? Cost(string model, long inputTokens, long outputTokens, long cachedTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(cachedTokens);
        if (Find(model) is not { } price)
        {
            return null;
        }

        var cached = Math.Min(cachedTokens, inputTokens);
        return (((inputTokens - cached) * price.Input)
            + (cached * (price.CachedInput ?? price.Input))
            + (outputTokens * price.Output)) / TokensPerPrice;
    }

    // Dates and build numbers (-2024-07-18, -0613, -20250929), -latest and -preview. Anything else is another model, and a wrong price is worse than none.
    private static bool IsVersion(ReadOnlySpan<char> suffix)
    {
        var first = true;
        while (suffix.Length > 0)
        {
            suffix = suffix[1..];
            var end = suffix.IndexOf('-');
            var part = end < 0 ? suffix : suffix[..end];
            suffix = suffix[part.Length..];
            var number = part.Length >= (first ? 3 : 1) && !part.ContainsAnyExceptInRange('0', '9');
            if (!number && part is not ("latest" or "preview"))
            {
                return false;
            }

            first = false;
        }

        return true;
    }
}
