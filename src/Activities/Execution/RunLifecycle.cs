using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>Begins and ends attempts of runs in the store. Every operation may be repeated. Thread-safe.</summary>
public sealed class RunLifecycle(RunStore runs, CheckpointStore checkpoints, RunEventFeed feed, TimeProvider time, RunTelemetry telemetry)
{
    private const int StampLength = 16;

    /// <summary>Maximum time between the record of a run and the rest of it, while its writer is at work.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Writes down a new run: first its record, which only one caller can create, then what it executes. The same request may come again, and then goes
    /// on where it left off.
    /// </summary>
    /// <returns>The record; null when another request's run has the id.</returns>
    public async Task<RunRecord?> RegisterAsync(NewRun run, PreparedRun prepared, CancellationToken cancellationToken)
    {
        var hash = await PutDefinitionAsync(run, cancellationToken);
        var record = new RunRecord
        {
            RunId = prepared.RunId,
            Stamp = RandomNumberGenerator.GetHexString(StampLength, lowercase: true),
            Workflow = run.Workflow,
            App = run.App,
            DefinitionHash = hash,
            CreatedAt = time.GetUtcNow(),
            Environment = prepared.Environment,
            Tags = run.Tags,
            StartKey = run.StartKey,
            Warnings = run.Warnings,
            File = run.File,
            Attempts = [run.First],
        };
        if (!await runs.CreateAsync(record, cancellationToken))
        {
            if (run.StartKey is null || await runs.FindAsync(prepared.RunId, cancellationToken) is not { } present || present.StartKey != run.StartKey)
            {
                return null;
            }

            if (present.Status != RunStatus.Pending)
            {
                return present;
            }

            record = present;
        }

        await runs.ClearAsync(record, cancellationToken);
        foreach (var checkpoint in run.Forked)
        {
            await checkpoints.CreateAsync(record.Identity, checkpoint, cancellationToken);
        }

        await Task.WhenAll(runs.PutPreparedAsync(prepared.Of(record.Identity), cancellationToken), runs.AddToIndexAsync(record, cancellationToken));
        return record;
    }

    /// <summary>Opens another attempt of a run that has ended, or was interrupted by an upgrade. What it executes is written before the record names it, so that any process that sees the attempt can begin it.</summary>
    /// <param name="before">The run as it was when the attempt was prepared.</param>
    /// <param name="attempt">What is known of the attempt before it begins.</param>
    /// <returns>Null when the run is not as it was: another caller was first. Nothing was changed then.</returns>
    public async Task<RunRecord?> ReopenAsync(
        RunRecord before, NewRun run, RunAttempt attempt, PreparedRun prepared, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(run);
        var hash = await PutDefinitionAsync(run, cancellationToken);
        var name = await runs.PutResumedAsync(prepared.Of(before.Identity), cancellationToken);
        RunRecord? opened = null;
        try
        {
            await runs.UpdateAsync(
                before.RunId,
                record => opened = (record.HasEnded || record.IsUpgraded) && record.Identity == before.Identity && record.Attempt == before.Attempt && record.Status == before.Status
                    ? record with
                    {
                        DefinitionHash = hash,
                        Status = RunStatus.Pending,
                        Attempt = attempt.N,
                        CompletedAt = null,
                        Environment = prepared.Environment,
                        Error = null,
                        Untold = false,
                        Warnings = run.Warnings,
                        File = run.File,
                        Attempts = [.. record.Attempts, attempt],
                        Resumed = [.. record.Resumed, name],
                    }
                    : null,
                cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            // It was deleted at this moment.
            opened = null;
        }

        return opened;
    }

    /// <summary>Marks the attempt as running and answers with what it executes.</summary>
    public async Task<PreparedRun> BeginAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(runId, runAttempt, cancellationToken);
        var now = time.GetUtcNow();
        var isNew = false;
        var record = await runs.UpdateAsync(
            runId,
            record => !(isNew = record.Identity == prepared.Identity && record.Attempt == runAttempt && !record.HasEnded && !record.IsUpgraded
                && record.Attempts[^1].StartedAt is null)
                ? record
                : record.WithAttempt(attempt => attempt with { StartedAt = Later(now, record.CreatedAt) }) with
                {
                    Status = record.Status == RunStatus.Pending ? RunStatus.Running : record.Status,
                    StartedAt = record.StartedAt ?? Later(now, record.CreatedAt),
                },
            cancellationToken);
        if (isNew)
        {
            telemetry.Begun(record, prepared);
        }

        await feed.AppendAsync(
            prepared.Identity,
            [new RunEvent(RunEventNames.RunStarted, runId, runAttempt, record.Attempts[^1].StartedAt ?? now) { Status = RunStatus.Running }],
            cancellationToken);
        return prepared;
    }

    /// <summary>Tells the feed what was decided about steps that did not execute.</summary>
    public async Task RecordAsync(RunIdentity run, int runAttempt, IReadOnlyList<StepDecision> decisions, CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(run, runAttempt, cancellationToken);
        await runs.CheckThereAsync(run, cancellationToken);
        await feed.AppendAsync(
            run, [.. decisions.Select(decision => StepEvents.Of(run.RunId, runAttempt, prepared.Steps[decision.Step], decision))], cancellationToken);
    }

    /// <summary>Collects the outputs, writes how the attempt ended, and tells the feed.</summary>
    /// <param name="observed">How the steps whose records the outputs read ended, as far as they have no output; null when there are none.</param>
    public async Task FinishAsync(
        RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at, IReadOnlyList<EndedStep>? observed,
        CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(run, runAttempt, cancellationToken);
        if (status == RunStatus.Completed)
        {
            await runs.PutOutputsAsync(run, runAttempt, await OutputsAsync(prepared, observed, cancellationToken), cancellationToken);
        }

        // The orchestration asks again after a kill, so the event comes in any case.
        await EndAsync(run, runAttempt, status, error, at, isLook: false, cancellationToken);
    }

    /// <summary>Whether the host that wrote the record may be about to write the rest of the run, too.</summary>
    public bool MayBeginStill(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (time.GetUtcNow() - run.CreatedAt).Duration() < StartTimeout;
    }

    /// <summary>
    /// Writes what a look found of the attempt's end, and tells the feed; an attempt that has ended already stays as it is. After a kill in between, <see cref="TellAsync"/> tells it.
    /// </summary>
    /// <param name="ended">When; null: now.</param>
    public Task EndAsync(RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset? ended, CancellationToken cancellationToken) =>
        EndAsync(run, runAttempt, status, error, ended ?? time.GetUtcNow(), isLook: true, cancellationToken);

    /// <summary>Tells the feed how the attempt of an <see cref="RunRecord.Untold"/> record ended or was interrupted. May be repeated.</summary>
    public async Task TellAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var at = record.CompletedAt ?? record.Attempts[^1].CompletedAt ?? time.GetUtcNow();
        var told = record.IsUpgraded ? Interruption(record.RunId, record.Attempt, record.Error, at) : End(record.RunId, record.Attempt, record.Status, record.Error, at);
        await feed.AppendAsync(record.Identity, [told], cancellationToken);
        await ToldAsync(record.Identity, record.Attempt, record.Status, cancellationToken);
    }

    private async Task EndAsync(
        RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at, bool isLook, CancellationToken cancellationToken)
    {
        RunRecord? made = null;
        RunRecord now;
        try
        {
            now = await runs.UpdateAsync(
                run.RunId,
                record =>
                {
                    var ended = Ended(record, run, runAttempt, status, error, at);

                    // The end of an attempt that an upgrade interrupted has been told: a cancellation of its run tells no second one.
                    made = ReferenceEquals(ended, record) || record.IsUpgraded ? null : ended;
                    return isLook && !ReferenceEquals(ended, record) ? ended with { Untold = true } : ended;
                },
                cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            throw new RunGoneException(run);
        }

        if (made is not null)
        {
            telemetry.Ended(made);
        }
        else if (now.Attempts.FirstOrDefault(attempt => attempt.N == runAttempt)?.Status != status)
        {
            // It ended in another way, or was interrupted and resumed: the feed must not tell of an end that was none.
            return;
        }

        await feed.AppendAsync(run, [End(run.RunId, runAttempt, status, error, at)], cancellationToken);
        await (isLook ? ToldAsync(run, runAttempt, status, cancellationToken) : Task.CompletedTask);
        runs.Forget(run.RunId, runAttempt);
    }

    /// <summary>Writes that another version began the attempt, so that its orchestration goes on no more, and tells the feed. The run has not ended.</summary>
    /// <param name="error">What became of it and what can be done.</param>
    public async Task InterruptAsync(RunIdentity run, int runAttempt, WorkflowError error, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        RunRecord? made = null;
        try
        {
            await runs.UpdateAsync(
                run.RunId,
                record =>
                {
                    var interrupted = Interrupted(record, run, runAttempt, error, at);
                    made = ReferenceEquals(interrupted, record) ? null : interrupted;
                    return interrupted;
                },
                cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            throw new RunGoneException(run);
        }

        if (made is not null)
        {
            telemetry.Ended(made);
        }

        await feed.AppendAsync(run, [Interruption(run.RunId, runAttempt, error, at)], cancellationToken);
        await ToldAsync(run, runAttempt, RunStatus.Interrupted, cancellationToken);
        runs.Forget(run.RunId, runAttempt);
    }

    private static RunRecord Interrupted(RunRecord record, RunIdentity run, int runAttempt, WorkflowError error, DateTimeOffset at) =>
        record.Identity != run ? throw new RunGoneException(run)
        : record.HasEnded || record.IsUpgraded || record.Attempt != runAttempt ? record
        : record.WithAttempt(attempt => attempt with { Status = RunStatus.Interrupted, CompletedAt = Later(at, attempt.StartedAt), Error = error }) with
        {
            Status = RunStatus.Interrupted,
            Error = error,
            Untold = true,
        };

    private static RunEvent Interruption(string runId, int runAttempt, WorkflowError? error, DateTimeOffset at) =>
        new(RunEventNames.RunStatus, runId, runAttempt, at) { Status = RunStatus.Interrupted, Reason = RunRecord.Upgraded, Error = error };

    private static RunEvent End(string runId, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at) => new(
        status switch
        {
            RunStatus.Completed => RunEventNames.RunCompleted,
            RunStatus.Cancelled => RunEventNames.RunCancelled,
            _ => RunEventNames.RunFailed,
        },
        runId,
        runAttempt,
        at) { Status = status, Error = error };

    private async Task ToldAsync(RunIdentity run, int runAttempt, RunStatus status, CancellationToken cancellationToken)
    {
        try
        {
            await runs.UpdateAsync(
                run.RunId,
                record => record.Untold && record.Identity == run && record.Attempt == runAttempt && record.Status == status ? record with { Untold = false } : record,
                cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            // It was deleted at this moment.
        }
    }

    private static RunRecord Ended(RunRecord record, RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at) =>
        record.Identity != run ? throw new RunGoneException(run)
        : record.HasEnded || record.Attempt != runAttempt || (record.IsUpgraded && status != RunStatus.Cancelled) ? record
        : record.WithAttempt(attempt => attempt with { Status = status, CompletedAt = attempt.CompletedAt ?? Later(at, attempt.StartedAt), Error = error }) with
        {
            Status = status,
            CompletedAt = Later(at, record.Attempts[^1].StartedAt),
            Error = error,
        };

    /// <summary>The end is not before the start, which another process with another clock may have set.</summary>
    private static DateTimeOffset Later(DateTimeOffset at, DateTimeOffset? begun) => begun > at ? begun.Value : at;

    private async Task<string> PutDefinitionAsync(NewRun run, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(run.Definition.Span));
        await runs.PutDefinitionAsync(hash, run.Definition, cancellationToken);
        return hash;
    }

    /// <summary>What <c>outputs</c> names; without it the seed's finalOutputs: the inputs, every output, every transformed output.</summary>
    private async Task<JsonObject> OutputsAsync(PreparedRun prepared, IReadOnlyList<EndedStep>? observed, CancellationToken cancellationToken)
    {
        var values = new StepValues(prepared, checkpoints, observed: observed);
        if (prepared.Outputs is { } named)
        {
            await values.LoadAsync(named.Select(output => ValuePath.TryParse(output.Value, out var path, out _) ? path : null).OfType<ValuePath>(), cancellationToken);
            return new JsonObject(named.Select(output => KeyValuePair.Create(output.Key, values.Find(output.Value)?.DeepClone())));
        }

        await values.LoadAsync(Enumerable.Range(0, prepared.Steps.Count), cancellationToken);
        var outputs = (JsonObject)prepared.Inputs.DeepClone();
        foreach (var writers in Enumerable.Range(0, prepared.Steps.Count).GroupBy(step => prepared.Steps[step].OutputKey, StringComparer.Ordinal))
        {
            outputs[writers.Key] = values.Output([.. writers])?.DeepClone();
            if (writers.Where(step => prepared.Steps[step].Transform is not null).ToList() is { Count: > 0 } transformed)
            {
                outputs[writers.Key + "_transformed"] = values.Transformed(transformed)?.DeepClone();
            }
        }

        return outputs;
    }
}

/// <summary>A run that is about to be written down.</summary>
/// <param name="Workflow">The workflow's slug.</param>
public sealed record NewRun(string Workflow, string? App)
{
    /// <summary>The text of the definition, kept under its hash.</summary>
    public required ReadOnlyMemory<byte> Definition { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Names the request that starts it (<see cref="StartKeys"/>); null when it came without a key.</summary>
    public string? StartKey { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The file that the definition was read from; null when it was none.</summary>
    public string? File { get; init; }

    /// <summary>What is known of its first attempt before it begins.</summary>
    public RunAttempt First { get; init; } = new(1);

    /// <summary>Records of another run that it takes over, already named as its own.</summary>
    public IReadOnlyList<StepCheckpoint> Forked { get; init; } = [];
}
