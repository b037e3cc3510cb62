using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>One attempt of a run: the first, or one that resumed it.</summary>
/// <param name="N">Its number, from 1.</param>
public sealed record RunAttempt(int N)
{
    /// <summary>The step it was asked to go on from; null: from what had failed.</summary>
    public string? From { get; init; }

    public string? Reason { get; init; }

    /// <summary>Who asked for it; null when not given.</summary>
    public string? By { get; init; }

    /// <summary>Whether it was asked for by a foreground caller, so that no serving process goes on with it unasked.</summary>
    public bool IsForeground { get; init; }

    /// <summary>The steps whose outputs it took over, in definition order.</summary>
    public IReadOnlyList<string> Reused { get; init; } = [];

    /// <summary>What it did differently from the attempt before it; null for the first of a run that is no fork.</summary>
    public RunChanges? Changed { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>When it began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public WorkflowError? Error { get; init; }
}
