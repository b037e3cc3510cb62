using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>
/// The usage that a provider reports in the course of one call. What it does not report, reports as 0 although there is text, or reports as an
/// impossible number is estimated as characters ÷ 4, and the usage is marked as estimated. Not thread-safe.
/// </summary>
internal sealed class ReportedUsage
{
    /// <summary>
    /// The key in <see cref="UsageDetails.AdditionalCounts"/> under which a client reports the tokens that the provider wrote to its cache.
    /// </summary>
    public const string CacheWriteCount = "cacheWriteTokens";

    /// <summary>Maximum plausible token count of one call. A larger count is ignored, because it would make every sum wrong.</summary>
    private const long MaxTokenCount = int.MaxValue;

    private long? _input;
    private long? _output;
    private long? _cached;
    private long? _cacheWrites;

    /// <summary>
    /// Adds one report. Some providers repeat the totals so far in every part of the answer, others distribute the numbers over several parts: the
    /// greatest of each number is its total.
    /// </summary>
    public void Add(UsageDetails details)
    {
        _input = Greater(_input, details.InputTokenCount);
        _output = Greater(_output, details.OutputTokenCount);
        _cached = Greater(_cached, details.CachedInputTokenCount);
        _cacheWrites = Greater(_cacheWrites, details.AdditionalCounts?.TryGetValue(CacheWriteCount, out var count) == true ? count : null);
    }

    /// <summary>The usage so far, without cost.</summary>
    public TokenUsage Tokens(long inputCharacters, long outputCharacters)
    {
        var input = CountOrEstimate(_input, inputCharacters, out var estimatesInput);
        var output = CountOrEstimate(_output, outputCharacters, out var estimatesOutput);
        var cached = Math.Clamp(_cached ?? 0, 0, input);
        return new TokenUsage
        {
            InputTokens = input,
            OutputTokens = output,
            CachedTokens = cached,
            CacheWriteTokens = Math.Clamp(_cacheWrites ?? 0, 0, input - cached),
            Estimated = estimatesInput || estimatesOutput,
        };
    }

    private static long? Greater(long? left, long? right) => right is < 0 or > MaxTokenCount || right <= left ? left : right ?? left;

    private static long CountOrEstimate(long? reported, long characters, out bool isEstimated)
    {
        isEstimated = reported is null || (reported == 0 && characters > 0);
        return isEstimated ? TokenEstimate.FromCharacters(characters) : reported!.Value;
    }
}
