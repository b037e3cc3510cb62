using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>One attempt of a run within its document. Its members mean what they mean in <see cref="RunAttempt"/>.</summary>
public sealed record RunAttemptSummary
{
    public required int N { get; init; }

    public string? From { get; init; }

    public string? Reason { get; init; }

    public string? By { get; init; }

    public required IReadOnlyList<string> Reused { get; init; }

    public RunStatus? Status { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public WorkflowError? Error { get; init; }

    /// <summary>The ids of the steps that failed in it, in the order of the latest definition; those that it no longer has come last.</summary>
    public required IReadOnlyList<string> Failed { get; init; }

    /// <summary>What it did differently from the attempt before it; null for the first of a run that is no fork.</summary>
    public RunChanges? Changed { get; init; }

    internal static RunAttemptSummary Of(RunAttempt attempt, IReadOnlyList<string> failed) => new()
    {
        N = attempt.N,
        From = attempt.From,
        Reason = attempt.Reason,
        By = attempt.By,
        Reused = attempt.Reused,
        Status = attempt.Status,
        StartedAt = attempt.StartedAt,
        CompletedAt = attempt.CompletedAt,
        Error = attempt.Error,
        Failed = failed,
        Changed = attempt.Changed,
    };
}
