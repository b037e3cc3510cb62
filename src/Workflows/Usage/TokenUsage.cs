using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Usage;

/// <summary>The tokens and the cost of model calls. Immutable. Thread-safe.</summary>
public readonly record struct TokenUsage
{
    private readonly decimal _cost;
    private readonly bool _unpriced;

    /// <summary>Tokens of the input, including those from the cache; not negative.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens of the output; not negative.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider served from its cache; not more than those.</summary>
    public long CachedTokens { get; init; }

    /// <summary>
    /// The part of <see cref="InputTokens"/> that the provider wrote to its cache, for which some models cost more; 0 if it does not report that.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>The cost in US dollars by the price table; null if it is not known, since one of the models has no price. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public decimal? EstimatedCost
    {
        get => _unpriced ? null : _cost;
        init => (_cost, _unpriced) = (value ?? 0, value is null);
    }

    /// <summary>Whether a count was estimated from the length of the text, since the provider gave none, or 0 for a text that is not empty.</summary>
    public bool Estimated { get; init; }

    /// <summary>The sum. Its cost is unknown if one of the costs is.</summary>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right) => new()
    {
        InputTokens = left.InputTokens + right.InputTokens,
        OutputTokens = left.OutputTokens + right.OutputTokens,
        CachedTokens = left.CachedTokens + right.CachedTokens,
        CacheWriteTokens = left.CacheWriteTokens + right.CacheWriteTokens,
        EstimatedCost = left.EstimatedCost + right.EstimatedCost,
        Estimated = left.Estimated || right.Estimated,
    };
}

/// <summary>Estimates token counts for providers that report none. Thread-safe.</summary>
public static class TokenEstimate
{
    private const long CharactersPerToken = 4;

    /// <summary>Characters ÷ 4, rounded up.</summary>
    /// <param name="characters">Length of the text in UTF-16 characters; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="characters"/> is negative.</exception>
    public static long FromCharacters(long characters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(characters);
        return (characters / CharactersPerToken) + (characters % CharactersPerToken > 0 ? 1 : 0);
    }
}
