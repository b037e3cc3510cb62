using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Usage;

/// <summary>The prices of models on one date. Immutable. Thread-safe.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<string, ModelPrice> _models;

    /// <param name="asOf">The date of the prices: the version of the table.</param>
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

    /// <summary>The public list prices that are built into the program.</summary>
    public static PriceTable BuiltIn { get; } = new(BuiltInPrices.AsOf, BuiltInPrices.Models);

    /// <summary>The date of the prices; overrides do not change it.</summary>
    public DateOnly AsOf { get; }

    /// <summary>The prices by model name; letter case does not matter.</summary>
    public IReadOnlyDictionary<string, ModelPrice> Models => _models;

    /// <summary>A copy of this table with other prices in addition, or instead of those of the same models.</summary>
    /// <exception cref="ArgumentException">A price is negative, or a name is empty.</exception>
    public PriceTable With(IEnumerable<KeyValuePair<string, ModelPrice>> overrides) => new(AsOf, _models.Concat(overrides));

    /// <summary>
    /// The price of a model, or of the model of which it is a version: <c>gpt-4o-mini-2024-07-18</c> has the price of <c>gpt-4o-mini</c>, but
    /// <c>gpt-4o-mini</c> not that of <c>gpt-4o</c>. A prefix such as <c>openai/</c> is ignored unless the table lists it. Null if no price is known.
    /// </summary>
    public ModelPrice? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelNames.TryFind(_models, model, out var price) ? price : null;
    }
}

/// <summary>The price of a model in US dollars per million tokens; no amount is negative. Immutable. Thread-safe.</summary>
/// <param name="CachedInput">For input tokens that the provider served from its cache; null: the same as <paramref name="Input"/>.</param>
/// <param name="CacheWrite">For input tokens that the provider wrote to its cache; null: the same as <paramref name="Input"/>.</param>
/// <param name="LongContext">Whether all tokens of a request cost more if its input exceeds <see cref="LongContextTokens"/>.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CachedInput = null, decimal? CacheWrite = null, bool LongContext = false)
{
    /// <summary>A request with more input tokens than this is a long one.</summary>
    public const long LongContextTokens = 272_000;

    /// <summary>Factor on the prices of input, cached input and cache writes for a long request.</summary>
    public const decimal LongContextInput = 2m;

    /// <summary>Factor on the price of output for a long request.</summary>
    public const decimal LongContextOutput = 1.5m;

    private const decimal TokensPerPrice = 1_000_000m;

    /// <summary>The cost of one request in US dollars, not rounded.</summary>
    /// <param name="usage">
    /// Its tokens, not negative. Cached and cache-write tokens are parts of the input; if they exceed it, they count as all of it.
    /// </param>
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

/// <summary>Looks a model up in a table by model name.</summary>
internal static class ModelNames
{
    /// <summary>
    /// Looks up the name, then the longest listed name of which it is a version: <c>gpt-4o-mini-2024-07-18</c> is a version of <c>gpt-4o-mini</c>,
    /// but <c>gpt-4o-mini</c> is not one of <c>gpt-4o</c>. A prefix such as <c>openai/</c> is ignored unless the table lists it.
    /// </summary>
    public static bool TryFind<T>(IReadOnlyDictionary<string, T> table, string model, [MaybeNullWhen(false)] out T found)
    {
        if (table.TryGetValue(model, out found))
        {
            return true;
        }

        var name = model[(model.LastIndexOf('/') + 1)..];
        for (var end = name.Length; end > 0; end = name.LastIndexOf('-', end - 1))
        {
            if (table.TryGetValue(name[..end], out found) && IsVersion(name.AsSpan(end)))
            {
                return true;
            }
        }

        found = default;
        return false;
    }

    // Dates and build numbers (-2024-07-18, -0613, -20250929), -latest and -preview. Anything else is another model, and a wrong price is worse than
    // none.
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
