namespace Orchestrator.Activities.Runs;

/// <summary>One attempt of a run: the first, or one that resumed it.</summary>
/// <param name="N">Its number, from 1.</param>
public sealed record RunAttempt(int N)
{
    /// <summary>The step it was asked to go on from; null: from what had failed.</summary>
    public string? From { get; init; }

    public string? Reason { get; init; }

    public string? By { get; init; }

    /// <summary>The steps whose checkpoints it took over.</summary>
    public IReadOnlyList<string> Reused { get; init; } = [];
}
