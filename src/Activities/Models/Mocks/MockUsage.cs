namespace Orchestrator.Activities.Models.Mocks;

/// <summary>The tokens that a mocked call says it used.</summary>
public sealed record MockUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CachedTokens { get; init; }
}
