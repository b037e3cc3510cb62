namespace Orchestrator.Workflows.Usage;

/// <summary>What model calls consumed and cost.</summary>
public readonly record struct TokenUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider served from its cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>US dollars by the price table; 0 when the model has no price.</summary>
    public decimal EstimatedCost { get; init; }

    /// <summary>True when the provider reported no tokens and they were counted as characters ÷ 4.</summary>
    public bool Estimated { get; init; }

    public static TokenUsage operator +(TokenUsage left, TokenUsage right) => new()
    {
        InputTokens = left.InputTokens + right.InputTokens,
        OutputTokens = left.OutputTokens + right.OutputTokens,
        CachedTokens = left.CachedTokens + right.CachedTokens,
        EstimatedCost = left.EstimatedCost + right.EstimatedCost,
        Estimated = left.Estimated || right.Estimated,
    };
}
