namespace Orchestrator.Workflows.Diagnostics;

/// <summary>
/// <see cref="Suggestion"/>s among the names of one document or request. Each compares with all names, so the time of all together is bounded:
/// ten thousand wrong names would otherwise take minutes. Not thread-safe.
/// </summary>
public sealed class Suggestions
{
    /// <summary>Pairs of letters that may be compared: about a tenth of a second.</summary>
    private long _left = 10_000_000;

    /// <summary>"Did you mean …?", or null when none of the candidates is near, or there have been many questions.</summary>
    public string? For(string written, IEnumerable<string> candidates) => _left > 0 ? Suggestion.For(written, candidates, ref _left) : null;
}
