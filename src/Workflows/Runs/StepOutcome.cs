using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Runs;

/// <summary>
/// How one attempt of a step ended: the small value (at most 4 KB) that travels through the history, while the output stays in the checkpoint.
/// Immutable. Thread-safe.
/// </summary>
public sealed record StepOutcome
{
    /// <summary>The id of the step. The orchestrator refuses an outcome whose step, attempt and call it did not ask for.</summary>
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

    /// <summary>The tokens and the cost of the attempt.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>When work on the attempt began, after the wait for its start.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the attempt ended.</summary>
    public DateTimeOffset CompletedAt { get; init; }

    /// <summary>The failure; null unless <see cref="Status"/> is Failed or Cancelled.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>Whether a repeated step takes another turn, so that it has not ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Again { get; init; }
}

/// <summary>The attempt of a step whose end decided that other steps are cancelled. Immutable. Thread-safe.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Attempt">The number of the attempt, from 1; 0 if it failed without one, as when the queue is full.</param>
public sealed record DecidingStep(int Step, int Attempt);

/// <summary>The status of a step within one attempt of its run. Written in camelCase in all documents.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<StepStatus>))]
public enum StepStatus
{
    /// <summary>It waits for its dependencies.</summary>
    Pending,

    /// <summary>It waits for a slot.</summary>
    Ready,

    /// <summary>An attempt is being executed.</summary>
    Running,

    /// <summary>It waits for an event or a time.</summary>
    Waiting,

    /// <summary>An attempt failed, and the wait before the next one has not passed.</summary>
    Retrying,

    /// <summary>It has an output, possibly of a fallback.</summary>
    Completed,

    /// <summary>Its checkpoint of an earlier run attempt was used again.</summary>
    Reused,

    /// <summary>It has failed for good.</summary>
    Failed,

    /// <summary>It was not executed: its condition or its join was not met.</summary>
    Skipped,

    /// <summary>The run ended or was cancelled before the step did.</summary>
    Cancelled,
}
