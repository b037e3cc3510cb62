using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// How one attempt of a step ended: the small value (at most 4 KB) that travels through the history.
/// The output itself stays in the checkpoint.
/// </summary>
public sealed record StepOutcome
{
    /// <summary>Completed, Failed, Skipped or Cancelled.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Why a step was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    public TokenUsage Usage { get; init; }

    /// <summary>When work on the attempt began, after waiting for its turn.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset CompletedAt { get; init; }

    /// <summary>The failure; null unless <see cref="Status"/> is Failed or Cancelled.</summary>
    public WorkflowError? Error { get; init; }
}
