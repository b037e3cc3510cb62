using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>A run as users see it: <c>run --json</c> and the body of <c>GET /api/runs/{runId}</c>. Member names and order are the contract (API.md).</summary>
public sealed record RunDocument
{
    public required string RunId { get; init; }

    public required string Workflow { get; init; }

    public string? App { get; init; }

    public required string DefinitionHash { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>Why it is interrupted: <c>upgraded</c> when another version began its attempt, else <c>lost</c>; null, and left out, for any other status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason => Status != RunStatus.Interrupted ? null : Attempts[^1].Status == RunStatus.Interrupted ? RunRecord.Upgraded : RunRecord.Lost;

    public required int Attempt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public required string Environment { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public string? ParentRunId { get; init; }

    /// <summary>The final outputs; null until the run has completed.</summary>
    public JsonObject? Outputs { get; init; }

    public WorkflowError? Error { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required RunProgress Progress { get; init; }

    public required IReadOnlyList<RunAttemptSummary> Attempts { get; init; }

    /// <summary>The steps by id, in definition order.</summary>
    public required IReadOnlyDictionary<string, StepSummary> Steps { get; init; }

    public required IReadOnlyDictionary<string, PoolSummary> Pools { get; init; }

    public required RunUsage Usage { get; init; }
}
