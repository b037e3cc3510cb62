using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>What is known of a run as a whole; changed by compare-and-swap only.</summary>
public sealed record RunRecord : IStoredRecord
{
    /// <summary>The reason of a run that is interrupted since another version began its attempt.</summary>
    public const string Upgraded = "upgraded";

    /// <summary>The reason of a run that is interrupted since its process has ended.</summary>
    public const string Lost = "lost";

    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    public required string RunId { get; init; }

    /// <summary>Drawn at random when the run was written down: what has another stamp is of another run of that id. Null: written by a version that drew none.</summary>
    public string? Stamp { get; init; }

    /// <summary>The workflow's slug.</summary>
    public required string Workflow { get; init; }

    public string? App { get; init; }

    /// <summary>SHA-256 of the definition's text, in lower-case hex: the key under which it is stored.</summary>
    public required string DefinitionHash { get; init; }

    public RunStatus Status { get; init; } = RunStatus.Pending;

    /// <summary>The number of the latest attempt of the run, from 1.</summary>
    public int Attempt { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first attempt began to execute; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the latest attempt ended; null while it has not.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    public string Environment { get; init; } = "default";

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public string? ParentRunId { get; init; }

    /// <summary>Names the request that started it, so that the same request finds its run again (<see cref="StartKeys"/>); null when it came without a key.</summary>
    public string? StartKey { get; init; }

    public WorkflowError? Error { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The file that the definition was read from, beside which prompts are looked for; null when it was none.</summary>
    public string? File { get; init; }

    public IReadOnlyList<RunAttempt> Attempts { get; init; } = [new(1)];

    /// <summary>Names what each attempt after the first executes (<see cref="RunStore.FindPreparedAsync"/>).</summary>
    public IReadOnlyList<string> Resumed { get; init; } = [];

    /// <summary>The run is being deleted: to every other caller it is not there any more.</summary>
    public bool Deleting { get; init; }

    /// <summary>A look wrote how the latest attempt ended or was interrupted, and the feed may lack the event of that: the next look tells it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Untold { get; init; }

    /// <summary>The run and no other of its id.</summary>
    [JsonIgnore]
    public RunIdentity Identity => new(RunId, Stamp);

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => (Workflow, DefinitionHash, Environment, Tags, Warnings, Attempts, Resumed) switch
    {
        (null, _, _, _, _, _, _) or (_, null, _, _, _, _, _) or (_, _, null, _, _, _, _) or (_, _, _, null, _, _, _) or (_, _, _, _, null, _, _)
            or (_, _, _, _, _, null, _) or (_, _, _, _, _, _, null) => "a member of it is null",
        _ when Attempt < 1 || Attempts.Count != Attempt || Attempts.Any(attempt => attempt is null) => $"it is of attempt {Attempt} and tells of {Attempts.Count}",
        _ => null,
    };

    /// <summary>Whether the latest attempt is over.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut;

    /// <summary>
    /// Whether the latest attempt was interrupted since another version of the orchestration code began it: its orchestration has failed for that, the run has not ended, and
    /// its next attempt goes on from what is done.
    /// </summary>
    [JsonIgnore]
    public bool IsUpgraded => !HasEnded && Attempts[^1].Status == RunStatus.Interrupted;

    /// <summary>
    /// Whether the latest attempt never began although the one before was interrupted: the host takes another version than starts are given, or hosts of two
    /// versions share the hub. A further attempt would end in the same way.
    /// </summary>
    [JsonIgnore]
    public bool IsInterruptedAgain => Attempts.Count > 1 && Attempts[^1].StartedAt is null && Attempts[^2].Status == RunStatus.Interrupted;

    /// <summary>The record with the latest attempt's entry changed.</summary>
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
    /// <summary>The step it was asked to go on from; null: from what had failed.</summary>
    public string? From { get; init; }

    public string? Reason { get; init; }

    /// <summary>Who asked for it; null when not given.</summary>
    public string? By { get; init; }

    /// <summary>Whether it was asked for by a foreground caller, so that no serving process goes on with it unasked.</summary>
    public bool IsForeground { get; init; }

    /// <summary>The steps whose outputs it took over, in definition order.</summary>
    public IReadOnlyList<string> Reused { get; init; } = [];

    /// <summary>What it did differently from the attempt before it; null for the first of a run that is no fork.</summary>
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

/// <summary>What the index of runs says of one run, so that most filters need not read the run.</summary>
/// <param name="Status">How it ended; null while it has not, and then its record says where it stands.</param>
internal sealed record RunIndexEntry(string RunId, string Workflow, RunStatus? Status, IReadOnlyDictionary<string, string> Tags) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => RunId is null || Workflow is null || Tags is null ? "a member of it is missing" : null;

    public static RunIndexEntry Of(RunRecord run) => new(run.RunId, run.Workflow, run.HasEnded ? run.Status : null, run.Tags);
}
