using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>The record of one attempt of a step, kept for ever: what it was given, what it gave, what it cost. Its existence means that the attempt is over.</summary>
public sealed record StepCheckpoint : IRunPart
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>Names this one call everywhere: run, step, run attempt and attempt.</summary>
    public required string CallId { get; init; }

    public required string RunId { get; init; }

    /// <summary><see cref="RunIdentity.Stamp"/> of the run; set when the record is written.</summary>
    public string? Stamp { get; init; }

    public required int RunAttempt { get; init; }

    public required string StepId { get; init; }

    public required string StepPath { get; init; }

    public required int Attempt { get; init; }

    public StepType Type { get; init; }

    public string? PromptId { get; init; }

    public string? PromptVersion { get; init; }

    public string? Model { get; init; }

    /// <summary>The simulation answered in the place of the model, since no provider was configured or the host was told to simulate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    public string Environment { get; init; } = "default";

    /// <summary>The ids of the dependencies it could read, for a join of the first success; null: all.</summary>
    public IReadOnlyList<string>? Consumed { get; init; }

    /// <summary>The id of the fallback step whose output it took over; null otherwise.</summary>
    public string? Adopted { get; init; }

    /// <summary>The attempt ended before its work began: a false condition, an output taken over, a cancellation that came first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WithoutWork { get; init; }

    /// <summary>Without work in the execution that made the record, but an execution of the attempt that was lost had begun: it had asked for an answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BegunBefore { get; init; }

    /// <summary>Whether the attempt did any work, so that it counts as one: it took an answer, or failed to.</summary>
    [JsonIgnore]
    public bool HasWorked => !WithoutWork && Status != StepStatus.Skipped;

    /// <summary>The values that went in, by name; null when it did not come so far.</summary>
    public JsonObject? Inputs { get; init; }

    public required StepStatus Status { get; init; }

    public string? Reason { get; init; }

    /// <summary>The step whose end cancelled this one; null otherwise.</summary>
    public DecidingStep? DecidedBy { get; init; }

    public JsonNode? Output { get; init; }

    /// <summary>What the transform made of the output; null without a transform.</summary>
    public JsonNode? Transformed { get; init; }

    /// <summary>The output was kept from an earlier request (<c>cache</c>).</summary>
    public bool FromCache { get; init; }

    /// <summary>The step is repeated and wants another turn: this is not its last output.</summary>
    public bool Again { get; init; }

    /// <summary>The output is a fallback's; <see cref="Error"/> tells of what.</summary>
    public bool FallbackUsed { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public required DateTimeOffset ReadyAt { get; init; }

    /// <summary>When work began, after waiting for its turn.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    public TokenUsage Usage { get; init; }

    public WorkflowError? Error { get; init; }

    /// <summary>The attempt as the rules for failures know it; null when it did not fail.</summary>
    internal FailedAttempt? FailureIn(PreparedRun run, ExecuteStepInput call) =>
        this is { Status: StepStatus.Failed, Error: { } error }
            ? new FailedAttempt(
                call.Step, call.Attempt, call.TurnAttempt, error, CompletedAt, call.Deadline ?? StepRules.Deadline(run.Plan.Steps[call.Step], StartedAt))
            : null;

    /// <summary>What a failed attempt leads to, by the rule that the scheduler uses, too; null when it did not fail.</summary>
    internal FailureVerdict? VerdictIn(PreparedRun run, ExecuteStepInput call) =>
        FailureIn(run, call) is { } failed ? StepRules.AfterFailure(run.Plan, failed) : null;

    /// <summary>The record of an output that was given by hand: no attempt was made for it.</summary>
    internal static StepCheckpoint Of(PreparedRun run, PreparedStep step, GivenOutput given) => new()
    {
        CallId = $"{run.RunId}.{step.Id}.given",
        RunId = run.RunId,
        RunAttempt = run.RunAttempt,
        StepId = step.Id,
        StepPath = step.Id,
        Attempt = 0,
        Type = step.Type,
        Environment = run.Environment,
        Status = StepStatus.Reused,
        Output = given.Output,
        Transformed = given.Transformed,
        ReadyAt = default,
        StartedAt = default,
        CompletedAt = default,
    };
}
