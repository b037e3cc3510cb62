using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>A run in a list. See <see cref="RunDocument"/> for members without a description.</summary>
public sealed record RunListItem
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The workflow's slug; empty when it cannot be read.</summary>
    public required string Workflow { get; init; }

    /// <summary>The name of the app; null for none.</summary>
    public string? App { get; init; }

    /// <summary>The present status; Failed when it cannot be read.</summary>
    public required RunStatus Status { get; init; }

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

    /// <summary>Why it failed, was cancelled, is interrupted or cannot be read; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The reason that was given for its latest attempt; null when none was given.</summary>
    public string? Reason { get; init; }

    /// <summary>Milliseconds of all attempts, without the time between them; null while it has not ended.</summary>
    public double? DurationMs { get; init; }

    /// <summary>
    /// Why the record cannot be read: <c>damaged</c>, or <c>newer</c> or <c>older</c> when another version wrote it. <see cref="Error"/> then has
    /// the details, and the other members come from the index. Null, and left out, for a readable run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unreadable { get; init; }

    /// <summary>The item of a run whose record cannot be read.</summary>
    /// <param name="name">The name of its entry in the index.</param>
    /// <param name="entry">The entry; null when that cannot be read either.</param>
    internal static RunListItem Of(UnreadableRecordException problem, string name, RunIndexEntry? entry) => new()
    {
        RunId = RunKeys.RunIdOf(name),
        Workflow = entry?.Workflow ?? "",
        Status = RunStatus.Failed,
        Attempt = 1,
        CreatedAt = RunKeys.TimeOf(name)!.Value,
        Environment = "default",
        Tags = entry?.Tags ?? new Dictionary<string, string>(),
        Error = new WorkflowError(ErrorKind.Internal, problem.Message),
        Unreadable = problem.Word,
    };

    /// <summary>The item of a run.</summary>
    internal static RunListItem Of(RunRecord run) => new()
    {
        RunId = run.RunId,
        Workflow = run.Workflow,
        App = run.App,
        Status = run.Status,
        Attempt = run.Attempt,
        CreatedAt = run.CreatedAt,
        StartedAt = run.StartedAt,
        CompletedAt = run.CompletedAt,
        Environment = run.Environment,
        Tags = run.Tags,
        ParentRunId = run.ParentRunId,
        Error = run.Error,
        Reason = run.Attempts[^1].Reason,
        DurationMs = run.HasEnded
            ? run.Attempts.Sum(attempt => Math.Max(0, (attempt.CompletedAt - attempt.StartedAt)?.TotalMilliseconds ?? 0))
            : null,
    };
}
