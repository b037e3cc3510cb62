using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// A step of a run in full: the body of <c>GET /api/runs/{runId}/steps/{stepPath}</c>. Member names and order are the contract (API.md), and so is
/// the type's name: it is the name of the schema in the OpenAPI document.
/// </summary>
public sealed record StepDocument
{
    public required string StepId { get; init; }

    public required string StepPath { get; init; }

    public required StepType Type { get; init; }

    /// <summary>The slug of its prompt; null when it has none.</summary>
    public string? PromptId { get; init; }

    public string? PromptVersion { get; init; }

    /// <summary>The model that was called last, or will be called first; null for other types.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the simulated model answered the last attempt instead of the model; left out when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    public required string OutputKey { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>Why it was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The output; null until the step has completed.</summary>
    public JsonNode? Output { get; init; }

    public JsonNode? TransformedOutput { get; init; }

    /// <summary>All attempts that are over, in all attempts of the run, in order.</summary>
    public required IReadOnlyList<StepAttempt> Attempts { get; init; }
}

/// <summary>One attempt of a step as users see it.</summary>
public sealed record StepAttempt
{
    public required string CallId { get; init; }

    public required int RunAttempt { get; init; }

    public required int Attempt { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>The input values by name; null when they were not resolved.</summary>
    public JsonObject? Inputs { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Milliseconds of work.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work.</summary>
    public required double QueuedMs { get; init; }

    public TokenUsage Usage { get; init; }

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
