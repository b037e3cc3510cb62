namespace Orchestrator.Workflows.Usage;

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
