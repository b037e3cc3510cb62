using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Usage;

/// <summary>What model calls consumed and cost.</summary>
public readonly record struct TokenUsage
{
    private readonly decimal _cost;
    private readonly bool _unpriced;

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider served from its cache; not more than those.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider wrote to its cache, which some models charge more for; 0 where it does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>US dollars by the price table; null when a model among them has no price, so that the whole is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public decimal? EstimatedCost
    {
        get => _unpriced ? null : _cost;
        init => (_cost, _unpriced) = (value ?? 0, value is null);
    }

    /// <summary>True when the provider left out a count, or gave 0 for a text that is there, and it was taken from the text's length.</summary>
    public bool Estimated { get; init; }

    /// <summary>The sum; its cost is unknown when either one's is.</summary>
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

/// <summary>Token counts for providers that report none.</summary>
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
