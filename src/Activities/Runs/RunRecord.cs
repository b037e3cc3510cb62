using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>The record of a run (<c>run.json</c>): where it stands, and its attempts. Changed by compare-and-swap only.</summary>
public sealed record RunRecord : IStoredRecord
{
    /// <summary>Reason of an interrupted run: another version of the orchestration code began its attempt.</summary>
    public const string Upgraded = "upgraded";

    /// <summary>Reason of an interrupted run: its process has ended.</summary>
    public const string Lost = "lost";

    /// <summary>
    /// Format 1 had a file for each attempt of a step and one for the events, format 2 one for what each attempt of the run executes and one for its
    /// outputs; since format 3 the run's log has all of them.
    /// </summary>
    internal const int LogFormat = 3;

    /// <inheritdoc/>
    static int IStoredRecord.ReadFormat => LogFormat;

    /// <inheritdoc/>
    [JsonRequired]
    public int Format { get; init; } = LogFormat;

    /// <summary>The run's id: the name of its folder.</summary>
    public required string RunId { get; init; }

    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    /// <summary>The workflow's slug.</summary>
    public required string Workflow { get; init; }

    /// <summary>The name of the app; null for none.</summary>
    public string? App { get; init; }

    /// <summary>SHA-256 of the definition's text, in lower-case hex: the key under which it is stored.</summary>
    public required string DefinitionHash { get; init; }

    /// <summary>
    /// The status that was recorded last; readers compare that of a run that has not ended with its orchestration. Default Pending.
    /// </summary>
    public RunStatus Status { get; init; } = RunStatus.Pending;

    /// <summary>The number of the latest attempt of the run, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>When the record was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first attempt began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the latest attempt ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The environment whose versions of prompts the latest attempt uses. Default <c>default</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>The tags of the start request; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The run that started this one as a sub-workflow; null for none.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>
    /// Identifies the request that started it, so that a repeated request finds its run (<see cref="StartKeys"/>); null for one without a key.
    /// </summary>
    public string? StartKey { get; init; }

    /// <summary>Why the latest attempt failed, was cancelled or was interrupted; null otherwise.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>What users should know about the latest attempt, each as a sentence; empty for none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// The file that the definition was read from; prompts are searched in its folder. Null when the definition came without a file.
    /// </summary>
    public string? File { get; init; }

    /// <summary>Its attempts in order; never empty.</summary>
    public IReadOnlyList<RunAttempt> Attempts { get; init; } = [new(1)];

    /// <summary>For each attempt after the first, the name in the log of what it executes.</summary>
    public IReadOnlyList<string> Resumed { get; init; } = [];

    /// <summary>The run is being deleted: all other callers treat it as deleted.</summary>
    public bool Deleting { get; init; }

    /// <summary>
    /// The reconciler recorded how the latest attempt ended or was interrupted, and the feed may lack that event: the next check of the run appends
    /// it.
    /// </summary>
    [JsonPropertyName("untold")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsEndEventPending { get; init; }

    /// <summary>This run, distinguished from others of the same id.</summary>
    [JsonIgnore]
    public RunIdentity Identity => new(RunId, Stamp);

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => (Workflow, DefinitionHash, Environment, Tags, Warnings, Attempts, Resumed) switch
    {
        (null, _, _, _, _, _, _) or (_, null, _, _, _, _, _) or (_, _, null, _, _, _, _) or (_, _, _, null, _, _, _) or (_, _, _, _, null, _, _)
            or (_, _, _, _, _, null, _) or (_, _, _, _, _, _, null) => "a member of it is null",
        _ when Attempt < 1 || Attempts.Count != Attempt || Attempts.Any(attempt => attempt is null) =>
            $"its attempt is {Attempt} and it lists {Attempts.Count}",
        _ => null,
    };

    /// <summary>Whether the latest attempt is over.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut;

    /// <summary>
    /// Whether the latest attempt was interrupted because another version of the orchestration code had begun it. Its orchestration has failed, the
    /// run has not ended, and its next attempt reuses the completed steps.
    /// </summary>
    [JsonIgnore]
    public bool IsUpgraded => !HasEnded && Attempts[^1].Status == RunStatus.Interrupted;

    /// <summary>
    /// Whether the latest attempt never began although the one before was interrupted: the host runs another version than new runs are given, or
    /// hosts of two versions share the task hub. A further attempt would end in the same way.
    /// </summary>
    [JsonIgnore]
    public bool IsInterruptedAgain => Attempts.Count > 1 && Attempts[^1].StartedAt is null && Attempts[^2].Status == RunStatus.Interrupted;

    /// <summary>A copy in which the entry of the latest attempt is changed.</summary>
    public RunRecord WithAttempt(Func<RunAttempt, RunAttempt> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Attempts = [.. Attempts.Take(Attempts.Count - 1), change(Attempts[^1])] };
    }
}

/// <summary>One attempt of a run: the first, or one that resumed it.</summary>
/// <param name="N">Its number, from 1.</param>
public sealed record RunAttempt(int N)
{
    /// <summary>The id of the step it was asked to resume from; null: from the steps that had failed.</summary>
    public string? From { get; init; }

    /// <summary>Why it was requested; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asked for it; null when not given.</summary>
    public string? By { get; init; }

    /// <summary>Whether a foreground caller started it: then a serving process does not continue it unless asked.</summary>
    public bool IsForeground { get; init; }

    /// <summary>The ids of the steps whose outputs it reuses, in definition order.</summary>
    public IReadOnlyList<string> Reused { get; init; } = [];

    /// <summary>How it differs from the attempt before it; null for the first attempt of a run that is no fork.</summary>
    public RunChanges? Changed { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>When it began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>The entry of one run in the index of runs: most filters need not read the run itself.</summary>
/// <param name="Status">How the run ended; null while it has not ended: its record has the present status.</param>
internal sealed record RunIndexEntry(string RunId, string Workflow, RunStatus? Status, IReadOnlyDictionary<string, string> Tags)
    : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => RunId is null || Workflow is null || Tags is null ? "a member of it is missing" : null;

    /// <summary>The entry of this run.</summary>
    public static RunIndexEntry Of(RunRecord run) => new(run.RunId, run.Workflow, run.HasEnded ? run.Status : null, run.Tags);
}

/// <summary>Makes the ids of new runs. Implementations are thread-safe.</summary>
public interface IRunIds
{
    /// <summary>A new id: 1 to 64 letters, digits, _ or -, different from that of any other run.</summary>
    public string Next();
}

/// <summary>Ids that sort by creation time (UTC, then eight random hex digits): <c>20261120-221530-4f9c2a1b</c>. Thread-safe.</summary>
public sealed class TimedRunIds(TimeProvider time) : IRunIds
{
    /// <inheritdoc/>
    public string Next() => string.Create(
        CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
}
