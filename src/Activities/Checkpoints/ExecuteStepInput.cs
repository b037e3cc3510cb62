using System.Text.Json.Serialization;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>
/// The input of the <c>ExecuteStep</c> activity: one execution of a step's attempt. Small, since the activity reads outputs from checkpoints.
/// </summary>
public sealed record ExecuteStepInput
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    /// <summary>The attempt of the run, from 1.</summary>
    public required int RunAttempt { get; init; }

    /// <summary>The step's position in the plan, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>The step's id, for people who read histories.</summary>
    public required string StepId { get; init; }

    /// <summary>The number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The number of the call within the attempt, from 1: a call whose worker died is repeated.</summary>
    public int Call { get; init; } = 1;

    /// <summary>
    /// The error with which the host ended the attempt: it is recorded unless the attempt has a checkpoint. Null: the step executes.
    /// </summary>
    public WorkflowError? EndedBy { get; init; }

    /// <summary>When the step became ready, by the orchestrator's clock.</summary>
    public required DateTimeOffset ReadyAt { get; init; }

    /// <summary>When the orchestrator scheduled this execution, by its clock; null: when the step became ready.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>The earliest time at which work may begin; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The number of the turn of a repeated step, from 1.</summary>
    public int Turn { get; init; } = 1;

    /// <summary>The number of the attempt within its turn, from 1: the retry rule counts these.</summary>
    public int TurnAttempt { get; init; } = 1;

    /// <summary>When all attempts of the step must be done; null: no limit, or the first attempt, whose start sets it.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>When the whole run must be done; null: no limit, or a final step.</summary>
    public RunDeadline? RunDeadline { get; init; }

    /// <summary>Steps whose end did not stop the run although a cancellation names them: such cancellations are ignored. Null for none.</summary>
    public IReadOnlyList<DecidingStep>? Disregarded { get; init; }

    /// <summary>The positions of the dependencies whose outputs it may read; null: all.</summary>
    public IReadOnlyList<int>? Available { get; init; }

    /// <summary>How the steps ended that it reads and that have no output; null when there are none.</summary>
    public IReadOnlyList<EndedStep>? Observed { get; init; }

    /// <summary>
    /// The failure after which the step's fallback applies: only a checkpoint with the substitute output is written. Null: the step executes.
    /// </summary>
    public WorkflowError? Failure { get; init; }

    /// <summary>
    /// With <see cref="Failure"/>, the position of the fallback step whose output is used; null: the fallback value of the step's rule.
    /// </summary>
    public int? Adopt { get; init; }

    /// <summary>The orchestrator's decisions since its last call of an activity, for the event feed; null for none.</summary>
    public IReadOnlyList<StepDecision>? Decisions { get; init; }

    /// <summary>The run, distinguished from others of the same id.</summary>
    [JsonIgnore]
    public RunIdentity Run => new(RunId, Stamp);

    /// <summary>Whether a cancellation applies to this execution. A cancellation that this very step caused does not.</summary>
    public bool Heeds(ScopeCancellation cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return cancellation.RunAttempt == RunAttempt && cancellation.Scope.Length == 0
            && cancellation.DecidedBy?.Step != Step
            && (cancellation.DecidedBy is null || Disregarded?.Contains(cancellation.DecidedBy) != true);
    }
}

/// <summary>The orchestrator's decision about a step that is not executed for it, such as skipping it.</summary>
/// <param name="Step">The step's position in the plan, from 0.</param>
/// <param name="Status">Ready, Skipped, Cancelled or Failed.</param>
/// <param name="Reason">Why it was skipped or cancelled; null otherwise.</param>
/// <param name="At">When it was decided, by the orchestrator's clock.</param>
public sealed record StepDecision(int Step, StepStatus Status, string? Reason, DateTimeOffset At)
{
    /// <summary>The failure of a step that failed; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The latest attempt of a step that failed, 0 for none; null otherwise.</summary>
    public int? Attempt { get; init; }
}
