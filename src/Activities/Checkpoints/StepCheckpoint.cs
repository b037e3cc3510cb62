using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Checkpoints;

/// <summary>
/// The record of one attempt of a step: its inputs, output and cost. It is written once, when the attempt is over, and never changed; it lives as
/// long as its run.
/// </summary>
public sealed record StepCheckpoint : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>A unique name of this attempt: run, step, run attempt and attempt.</summary>
    public required string CallId { get; init; }

    /// <summary>The id of the run that it belongs to.</summary>
    public required string RunId { get; init; }

    /// <summary>The <see cref="RunIdentity.Stamp"/> of the run; set when the checkpoint is written.</summary>
    public string? Stamp { get; init; }

    /// <summary>The number of the run's attempt, from 1; 0 for a checkpoint that a fork copied from another run.</summary>
    public required int RunAttempt { get; init; }

    /// <summary>The step's id in the definition.</summary>
    public required string StepId { get; init; }

    /// <summary>The step's place in the run; for a step that is not part of a container, its id.</summary>
    public required string StepPath { get; init; }

    /// <summary>The number of the step's attempt within the run's attempt, from 1; 0 for an output that was given by hand.</summary>
    public required int Attempt { get; init; }

    /// <summary>The step's type.</summary>
    public StepType Type { get; init; }

    /// <summary>The slug of the step's prompt; null for a step without a prompt.</summary>
    public string? PromptId { get; init; }

    /// <summary>The version of that prompt, which depends on its content; null for a step without a prompt.</summary>
    public string? PromptVersion { get; init; }

    /// <summary>The model that was called last, or would have been called first; null for other types.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the simulated model answered instead of the model, since no provider is configured or the host is set to simulate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>The environment whose versions of prompts were used. Default <c>default</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>The ids of the dependencies whose outputs it could read, for a join of the first success; null: all.</summary>
    public IReadOnlyList<string>? Consumed { get; init; }

    /// <summary>The id of the fallback step whose output it uses; null otherwise.</summary>
    public string? Adopted { get; init; }

    /// <summary>The attempt ended before its work began: a false condition, a substitute output, or an earlier cancellation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WithoutWork { get; init; }

    /// <summary>This execution did no work, but an earlier, lost execution of the attempt had begun and may have sent a request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BegunBefore { get; init; }

    /// <summary>Whether the attempt did work, successfully or not, so that it counts as an attempt.</summary>
    [JsonIgnore]
    public bool HasWorked => !WithoutWork && Status != StepStatus.Skipped;

    /// <summary>The input values by name; null when they were not resolved.</summary>
    public JsonObject? Inputs { get; init; }

    /// <summary>How it ended: Completed, Failed, Skipped or Cancelled; Reused for an output that was given by hand.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Why it was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The step whose end cancelled this one; null otherwise.</summary>
    public DecidingStep? DecidedBy { get; init; }

    /// <summary>The output; null when there is none, or when it is JSON's null.</summary>
    public JsonNode? Output { get; init; }

    /// <summary>The transformed output; null without a transform.</summary>
    public JsonNode? Transformed { get; init; }

    /// <summary>The output came from the cache of answers (<c>cache</c>).</summary>
    public bool FromCache { get; init; }

    /// <summary>The step is repeated and another turn follows: this is not its final output.</summary>
    public bool Again { get; init; }

    /// <summary>The output is that of the step's fallback; <see cref="Error"/> is the failure that led to it.</summary>
    public bool FallbackUsed { get; init; }

    /// <summary>What users should know about the attempt, each as a sentence; empty for none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>When the step became ready for this attempt, by the orchestrator's clock.</summary>
    public required DateTimeOffset ReadyAt { get; init; }

    /// <summary>When work began, after waiting for its turn.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When work ended; not before <see cref="StartedAt"/>.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>The tokens and the cost of the attempt, also when it failed; zero for a step that calls no model.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Why it failed or was cancelled, or which failure led to its fallback; null when nothing failed.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The failed attempt as input of <see cref="StepRules"/>; null when it did not fail.</summary>
    internal FailedAttempt? FailureIn(PreparedRun run, ExecuteStepInput call) =>
        this is { Status: StepStatus.Failed, Error: { } error }
            ? new FailedAttempt(
                call.Step, call.Attempt, call.TurnAttempt, error, CompletedAt,
                call.Deadline ?? StepRules.Deadline(run.Plan.Steps[call.Step], StartedAt))
            : null;

    /// <summary>What follows the failed attempt (retry, fallback or failure), by the rule of the scheduler; null when it did not fail.</summary>
    internal FailureVerdict? VerdictIn(PreparedRun run, ExecuteStepInput call) =>
        FailureIn(run, call) is { } failed ? StepRules.AfterFailure(run.Plan, failed) : null;

    /// <summary>A checkpoint, which is not stored, for an output that was given by hand.</summary>
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
