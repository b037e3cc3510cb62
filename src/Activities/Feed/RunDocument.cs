using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// A run as users see it: <c>run --json</c> and the body of <c>GET /api/runs/{runId}</c>. Member names and order are the contract (docs/http-api.md).
/// </summary>
public sealed record RunDocument
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The workflow's slug.</summary>
    public required string Workflow { get; init; }

    /// <summary>The name of the app; null for none.</summary>
    public string? App { get; init; }

    /// <summary>SHA-256 of the definition's text, in lower-case hex.</summary>
    public required string DefinitionHash { get; init; }

    /// <summary>The present status.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why it is interrupted: <c>upgraded</c> when another version began its attempt, else <c>lost</c>; null for any other status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason => Status != RunStatus.Interrupted ? null
        : Attempts[^1].Status == RunStatus.Interrupted ? RunRecord.Upgraded
        : RunRecord.Lost;

    /// <summary>The number of the latest attempt of the run, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>When the run was recorded.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first attempt began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the latest attempt ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The environment whose versions of prompts are used.</summary>
    public required string Environment { get; init; }

    /// <summary>The tags of the start request; empty for none.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The run that started this one as a sub-workflow; null for none.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The final outputs; null until the run has completed.</summary>
    public JsonObject? Outputs { get; init; }

    /// <summary>Why it failed, was cancelled or is interrupted; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>What users should know about the run, each as a sentence, with what of it could not be read; empty for none.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>How many steps of the latest attempt have ended.</summary>
    public required RunProgress Progress { get; init; }

    /// <summary>The attempts in order; at least one.</summary>
    public required IReadOnlyList<RunAttemptSummary> Attempts { get; init; }

    /// <summary>The steps by id, in definition order.</summary>
    public required IReadOnlyDictionary<string, StepSummary> Steps { get; init; }

    /// <summary>The use of slots by pool. There is one pool, <c>run</c>.</summary>
    public required IReadOnlyDictionary<string, PoolSummary> Pools { get; init; }

    /// <summary>Tokens, cost and time of all attempts.</summary>
    public required RunUsage Usage { get; init; }
}

/// <summary>The number of steps, and how many of them have ended, with any status.</summary>
public sealed record RunProgress(int Total, int Done);

/// <summary>One attempt of a run within its document. See <see cref="RunAttempt"/> for its members.</summary>
public sealed record RunAttemptSummary
{
    /// <summary>Its number, from 1.</summary>
    public required int N { get; init; }

    /// <summary>The id of the step it was asked to resume from; null: from the steps that had failed.</summary>
    public string? From { get; init; }

    /// <summary>Why it was requested; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who requested it; null when not given.</summary>
    public string? By { get; init; }

    /// <summary>The ids of the steps whose outputs it reuses, in definition order.</summary>
    public required IReadOnlyList<string> Reused { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>When it began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed, was cancelled or was interrupted; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The ids of the steps that failed in it, in the order of the latest definition; removed steps come last.</summary>
    public required IReadOnlyList<string> Failed { get; init; }

    /// <summary>How it differs from the attempt before it; null for the first attempt of a run that is no fork.</summary>
    public RunChanges? Changed { get; init; }

    internal static RunAttemptSummary Of(RunAttempt attempt, IReadOnlyList<string> failed) => new()
    {
        N = attempt.N,
        From = attempt.From,
        Reason = attempt.Reason,
        By = attempt.By,
        Reused = attempt.Reused,
        Status = attempt.Status,
        StartedAt = attempt.StartedAt,
        CompletedAt = attempt.CompletedAt,
        Error = attempt.Error,
        Failed = failed,
        Changed = attempt.Changed,
    };
}

/// <summary>A step within the document of its run.</summary>
public sealed record StepSummary
{
    /// <summary>The present status.</summary>
    public StepStatus Status { get; init; }

    /// <summary>Why it was skipped or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>How many attempts were started.</summary>
    public int Attempts { get; init; }

    /// <summary>When work on the first attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Milliseconds of work in all attempts, without the waits between them.</summary>
    public double DurationMs { get; init; }

    /// <summary>Milliseconds between ready and the start of work, summed over all attempts.</summary>
    public double QueuedMs { get; init; }

    /// <summary>Whether its output comes from an earlier attempt of the run, from the run that was forked, or from the user.</summary>
    public bool Reused { get; init; }

    /// <summary>Whether its output is that of its fallback.</summary>
    public bool FallbackUsed { get; init; }

    /// <summary>Whether the simulated model answered instead of the model; left out when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>The usage of all attempts; failed ones were paid for, too.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Why it failed or was cancelled, or which failure led to its fallback; null when nothing failed.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>How the run's slots are used: the figures of the worker pool of seed 002.</summary>
public sealed record PoolSummary
{
    /// <summary>The number of steps that completed.</summary>
    public int TasksCompleted { get; init; }

    /// <summary>The number of steps that failed.</summary>
    public int TasksFailed { get; init; }

    /// <summary>The number of attempts that ended with a timeout.</summary>
    public int TasksTimedOut { get; init; }

    /// <summary>The number of steps that execute now.</summary>
    public int ActiveWorkers { get; init; }

    /// <summary>The number of slots; 0 when what the run executes cannot be read.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>The number of steps that wait for a slot now.</summary>
    public int QueueLength { get; init; }

    /// <summary>Milliseconds between ready and start, summed over all steps.</summary>
    public double TotalWaitTime { get; init; }

    /// <summary><see cref="TotalWaitTime"/> per started step, in milliseconds; 0 when none was started.</summary>
    public double AverageWaitTime { get; init; }

    /// <summary>The percentage of the slots in use now, 0 to 100.</summary>
    public double UtilizationRate { get; init; }
}

/// <summary>The tokens, cost and time of a run, and how well it used parallelism.</summary>
public sealed record RunUsage
{
    /// <summary>Tokens of the inputs, including those from a cache.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens of the outputs.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that providers served from their caches.</summary>
    public long CachedTokens { get; init; }

    /// <summary>US dollars; null when a called model has no price, so that the total is not known.</summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>The currency of <see cref="EstimatedCost"/>: always USD.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>
    /// Milliseconds of all attempts, without the time between them: each from its start to its end, to the last event where its processes were lost,
    /// or to now.
    /// </summary>
    public double TotalDurationMs { get; init; }

    /// <summary>
    /// <see cref="WorkMs"/> ÷ <see cref="TotalDurationMs"/>: how many times longer the steps would take one after the other (as in seed 000).
    /// </summary>
    public double ParallelEfficiency { get; init; }

    /// <summary>Milliseconds of the longest path of dependent steps.</summary>
    public double CriticalPathMs { get; init; }

    /// <summary>Milliseconds of work, summed over all steps.</summary>
    public double WorkMs { get; init; }

    /// <summary>The lower bound in milliseconds of any schedule of these durations: max(critical path, work ÷ slots).</summary>
    public double BoundMs { get; init; }
}
