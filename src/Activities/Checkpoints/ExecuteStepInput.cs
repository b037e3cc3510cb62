using System.Text.Json.Serialization;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>What the orchestrator asks of one execution of a step. Small: outputs are read where they are.</summary>
public sealed record ExecuteStepInput
{
    public required string RunId { get; init; }

    /// <summary><see cref="RunIdentity.Stamp"/> of the run.</summary>
    public string? Stamp { get; init; }

    public required int RunAttempt { get; init; }

    /// <summary>The step's position in the plan.</summary>
    public required int Step { get; init; }

    /// <summary>The step's id, for people who read histories.</summary>
    public required string StepId { get; init; }

    /// <summary>The number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The number of the call within the attempt, from 1: one whose worker died is made again.</summary>
    public int Call { get; init; } = 1;

    /// <summary>How the host ended the attempt: this is recorded, unless the attempt has a record, and the step does not work. Null: it works.</summary>
    public WorkflowError? EndedBy { get; init; }

    public required DateTimeOffset ReadyAt { get; init; }

    /// <summary>When the orchestrator asked for this execution, on its clock; null: when the step was ready.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>The earliest moment at which work may begin; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The number of the turn of a repeated step, from 1.</summary>
    public int Turn { get; init; } = 1;

    /// <summary>The number of the attempt within its turn, from 1: what the retry rule counts.</summary>
    public int TurnAttempt { get; init; } = 1;

    /// <summary>When all attempts together must be done; null: no limit, or the first attempt, whose start sets it.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>When the whole run must be done; null: no limit, or a final step.</summary>
    public RunDeadline? RunDeadline { get; init; }

    /// <summary>Steps whose end did not stop the run although a cancellation names them: such cancellations are ignored. Null for none.</summary>
    public IReadOnlyList<DecidingStep>? Disregarded { get; init; }

    /// <summary>Of its dependencies the only ones whose outputs it may read; null: all.</summary>
    public IReadOnlyList<int>? Available { get; init; }

    /// <summary>How the steps whose records it reads ended, as far as they have no output; null when there are none.</summary>
    public IReadOnlyList<EndedStep>? Observed { get; init; }

    /// <summary>The step's failure: the step is only recorded, with the substitute for its output. Null: it works.</summary>
    public WorkflowError? Failure { get; init; }

    /// <summary>With <see cref="Failure"/>, the fallback step whose output is taken over; null for the value that the step's rule gives.</summary>
    public int? Adopt { get; init; }

    /// <summary>What the orchestrator decided since its last call of an activity, for the event feed; null when nothing.</summary>
    public IReadOnlyList<StepDecision>? Decisions { get; init; }

    /// <summary>The run and no other of its id.</summary>
    [JsonIgnore]
    public RunIdentity Run => new(RunId, Stamp);

    /// <summary>Whether a cancellation is meant for this execution. A step does not cancel itself: its own end is its record.</summary>
    public bool Heeds(ScopeCancellation cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return cancellation.RunAttempt == RunAttempt && cancellation.Scope.Length == 0
            && cancellation.DecidedBy?.Step != Step
            && (cancellation.DecidedBy is null || Disregarded?.Contains(cancellation.DecidedBy) != true);
    }
}

/// <summary>What became of a step without executing it.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Status">Ready, Skipped, Cancelled or Failed.</param>
public sealed record StepDecision(int Step, StepStatus Status, string? Reason, DateTimeOffset At)
{
    /// <summary>The failure of a step that failed; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The latest attempt of a step that failed, 0 for none; null otherwise.</summary>
    public int? Attempt { get; init; }
}
