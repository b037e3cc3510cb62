using System.Text.Json.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// How one attempt of a step ended: the small value (at most 4 KB) that travels through the history.
/// The output itself stays in the checkpoint.
/// </summary>
public sealed record StepOutcome
{
    /// <summary>The id of the step that it is about: the orchestrator compares id, attempt and call with its request.</summary>
    public string? Step { get; init; }

    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The number of the call within the attempt, from 1.</summary>
    public int Call { get; init; }

    /// <summary>Completed, Failed, Skipped or Cancelled.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Why a step was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The step whose end cancelled this one; null otherwise.</summary>
    public DecidingStep? DecidedBy { get; init; }

    public TokenUsage Usage { get; init; }

    /// <summary>When work on the attempt began, after waiting for its turn.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset CompletedAt { get; init; }

    /// <summary>The failure; null unless <see cref="Status"/> is Failed or Cancelled.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The step is repeated and wants another turn; it has not ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Again { get; init; }
}

/// <summary>The attempt of a step whose end decided that others are cancelled.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Attempt">The number of the attempt; 0: it failed without one, as when the queue is full.</param>
public sealed record DecidingStep(int Step, int Attempt);
