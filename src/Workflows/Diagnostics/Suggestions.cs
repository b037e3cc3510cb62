namespace Orchestrator.Workflows.Diagnostics;

/// <summary>
/// <see cref="Suggestion"/>s among the names of one document. Each compares with all names, so there are so many only: who has a hundred wrong names
/// has one mistake, and ten thousand would take minutes. Not thread-safe.
/// </summary>
internal sealed class Suggestions
{
    private int _left = 100;

    public string? For(string written, IEnumerable<string> candidates) => _left-- > 0 ? Suggestion.For(written, candidates) : null;
}
