using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// A step of a run in full: the body of <c>GET /api/runs/{runId}/steps/{stepPath}</c>. Member names and order are the contract (docs/http-api.md),
/// and so is the type's name: it is the name of the schema in the OpenAPI document.
/// </summary>
public sealed record StepDocument
{
    /// <summary>The step's id in the definition.</summary>
    public required string StepId { get; init; }

    /// <summary>The step's place in the run.</summary>
    public required string StepPath { get; init; }

    /// <summary>The step's type.</summary>
    public required StepType Type { get; init; }

    /// <summary>The slug of its prompt; null when it has none.</summary>
    public string? PromptId { get; init; }

    /// <summary>The version of that prompt; null when it has none.</summary>
    public string? PromptVersion { get; init; }

    /// <summary>The model that was called last, or will be called first; null for other types.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the simulated model answered the last attempt instead of the model; left out when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>The name under which later steps find its output.</summary>
    public required string OutputKey { get; init; }

    /// <summary>The present status.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Why it was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The output; null until the step has completed.</summary>
    public JsonNode? Output { get; init; }

    /// <summary>The transformed output; null until the step has completed, and without a transform.</summary>
    public JsonNode? TransformedOutput { get; init; }

    /// <summary>All attempts that are over, in all attempts of the run, in order.</summary>
    public required IReadOnlyList<StepAttempt> Attempts { get; init; }
}

/// <summary>One attempt of a step as users see it.</summary>
public sealed record StepAttempt
{
    /// <summary>A unique name of the attempt.</summary>
    public required string CallId { get; init; }

    /// <summary>The number of the run's attempt, from 1; 0 for a record that a fork copied from another run.</summary>
    public required int RunAttempt { get; init; }

    /// <summary>The number of the step's attempt within the run's attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How it ended.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>The input values by name; null when they were not resolved.</summary>
    public JsonObject? Inputs { get; init; }

    /// <summary>When work began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When work ended.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Milliseconds of work.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work.</summary>
    public required double QueuedMs { get; init; }

    /// <summary>The tokens and the cost of the attempt, also when it failed.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Why it failed or was cancelled; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    internal static StepAttempt Of(StepCheckpoint record) => new()
    {
        CallId = record.CallId,
        RunAttempt = record.RunAttempt,
        Attempt = record.Attempt,
        Status = record.Status,
        Inputs = record.Inputs,
        StartedAt = record.StartedAt,
        CompletedAt = record.CompletedAt,
        DurationMs = Math.Max(0, (record.CompletedAt - record.StartedAt).TotalMilliseconds),
        QueuedMs = Math.Max(0, (record.StartedAt - record.ReadyAt).TotalMilliseconds),
        Usage = record.Usage,
        Error = record.Error,
    };
}
