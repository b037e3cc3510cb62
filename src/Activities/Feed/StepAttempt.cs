using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>One attempt of a step as users see it.</summary>
public sealed record StepAttempt
{
    public required string CallId { get; init; }

    public required int RunAttempt { get; init; }

    public required int Attempt { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>The values that went in, by name; null when it did not come so far.</summary>
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
