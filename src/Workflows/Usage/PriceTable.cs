namespace Orchestrator.Workflows.Usage;

/// <summary>What models cost, as it was known on one date. Immutable and thread-safe.</summary>
public sealed class PriceTable
{
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
            if (string.IsNullOrWhiteSpace(name) || price.Input < 0 || price.Output < 0 || price.CachedInput < 0 || price.CacheWrite < 0)
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
        return ModelNames.TryFind(_models, model, out var price) ? price : null;
    }
}

/// <summary>What a model costs, in US dollars per million tokens; none is negative.</summary>
/// <param name="CachedInput">For the input tokens that the provider served from its cache; null: the same as <paramref name="Input"/>.</param>
/// <param name="CacheWrite">For the input tokens that the provider wrote to its cache; null: the same as <paramref name="Input"/>.</param>
/// <param name="LongContext">Whether a request with more than <see cref="LongContextTokens"/> tokens of input costs more, all of it.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CachedInput = null, decimal? CacheWrite = null, bool LongContext = false)
{
    /// <summary>A request with more input than this is a long one.</summary>
    public const long LongContextTokens = 272_000;

    /// <summary>A long request pays so many times the price of input, cached input and cache writes.</summary>
    public const decimal LongContextInput = 2m;

    /// <summary>A long request pays so many times the price of output.</summary>
    public const decimal LongContextOutput = 1.5m;

    private const decimal TokensPerPrice = 1_000_000m;

    /// <summary>What one request costs in US dollars, unrounded.</summary>
    /// <param name="usage">Its tokens, none negative. Cached and written ones are parts of the input; more than that count as the whole of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public decimal Cost(TokenUsage usage)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(usage.InputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(usage.OutputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(usage.CachedTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(usage.CacheWriteTokens);
        var cached = Math.Min(usage.CachedTokens, usage.InputTokens);
        var written = Math.Min(usage.CacheWriteTokens, usage.InputTokens - cached);
        var input = ((usage.InputTokens - cached - written) * Input) + (cached * (CachedInput ?? Input)) + (written * (CacheWrite ?? Input));
        var output = usage.OutputTokens * Output;
        return LongContext && usage.InputTokens > LongContextTokens
            ? ((input * LongContextInput) + (output * LongContextOutput)) / TokensPerPrice
            : (input + output) / TokensPerPrice;
    }
}
