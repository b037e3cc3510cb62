using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Records in the store that attempts of runs begin and end, and appends the events of that. Every operation may be repeated. Thread-safe.
/// </summary>
public sealed class RunLifecycle(RunStore runs, CheckpointStore checkpoints, RunEventFeed feed, TimeProvider time, RunTelemetry telemetry)
{
    /// <summary>Maximum time between a run's record and the rest of it while a host writes the run.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Marks the attempt as running and returns what it executes.</summary>
    /// <exception cref="RunGoneException">There is no such run.</exception>
    /// <exception cref="UnreadableRecordException">The run's record, or what it executes, is missing or cannot be read.</exception>
    public async Task<PreparedRun> BeginAsync(string runId, int runAttempt, CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(runId, runAttempt, cancellationToken);
        var now = time.GetUtcNow();
        RunRecord? begun = null;
        var record = await runs.UpdateAsync(
            runId,
            record =>
            {
                begun = record.Identity == prepared.Identity && MayBegin(record, runAttempt) ? Begun(record, now) : null;
                return begun is null ? null : new RunUpdate(begun) { After = [LogLine.Of(prepared.Identity, Started(begun))] };
            },
            cancellationToken);
        if (begun is not null)
        {
            telemetry.Begun(record, prepared);
        }
        else
        {
            // It began before; the process may have ended between the record and the event.
            await feed.AppendAsync(prepared.Identity, [Started(record)], flush: true, cancellationToken);
        }

        return prepared;

        RunEvent Started(RunRecord record) =>
            new(RunEventNames.RunStarted, runId, runAttempt, record.Attempts[^1].StartedAt ?? now) { Status = RunStatus.Running };
    }

    /// <summary>Appends the events of decisions about steps that did not execute.</summary>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task AppendDecisionsAsync(
        RunIdentity run, int runAttempt, IReadOnlyList<StepDecision> decisions, CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(run, runAttempt, cancellationToken);
        await runs.CheckThereAsync(run, cancellationToken);
        await feed.AppendAsync(
            run,
            [.. decisions.Select(decision => StepEvents.Of(run.RunId, runAttempt, prepared.Steps[decision.Step], decision))],
            flush: true,
            cancellationToken);
    }

    /// <summary>Writes the outputs of a completed attempt, records how the attempt ended, and appends the event.</summary>
    /// <param name="at">When it ended, by the orchestrator's clock.</param>
    /// <param name="observed">How the steps ended that the outputs read and that have no output; null when there are none.</param>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task FinishAsync(
        RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at, IReadOnlyList<EndedStep>? observed,
        CancellationToken cancellationToken)
    {
        var prepared = await runs.GetPreparedAsync(run, runAttempt, cancellationToken);
        LogLine[] outputs = status != RunStatus.Completed
            ? []
            : [RunStore.Outputs(run, runAttempt, await RunOutputs.CollectAsync(prepared, checkpoints, observed, cancellationToken))];

        // The orchestration calls this activity again after a crash, so the event needs no mark in the record.
        await EndAsync(run, runAttempt, status, error, at, at, outputs, byReconciler: false, cancellationToken);
    }

    /// <summary>Whether the host that wrote the run's record may still be writing the rest of the run.</summary>
    public bool MayBeginStill(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (time.GetUtcNow() - run.CreatedAt).Duration() < StartTimeout;
    }

    /// <summary>
    /// Records the end of an attempt that was found outside its orchestration, and appends the event. An attempt that has ended already stays as it
    /// is. After a crash in between, <see cref="AppendPendingEventAsync"/> appends the event.
    /// </summary>
    /// <param name="ended">When it ended; null: now.</param>
    /// <param name="lastSign">The last sign of life of the processes that worked on the attempt: its duration ends there. Null: at its end.</param>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public Task EndAsync(
        RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset? ended, CancellationToken cancellationToken,
        DateTimeOffset? lastSign = null)
    {
        var at = ended ?? time.GetUtcNow();
        return EndAsync(run, runAttempt, status, error, at, lastSign ?? at, [], byReconciler: true, cancellationToken);
    }

    /// <summary>Appends the event that a record with <see cref="RunRecord.IsEndEventPending"/> may lack. May be repeated.</summary>
    public async Task AppendPendingEventAsync(RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var at = record.CompletedAt ?? record.Attempts[^1].CompletedAt ?? time.GetUtcNow();
        var pending = record.IsUpgraded
            ? RunEvents.Interrupted(record.RunId, record.Attempt, record.Error, at)
            : RunEvents.Ended(record.RunId, record.Attempt, record.Status, record.Error, at);
        await feed.AppendAsync(record.Identity, [pending], flush: true, cancellationToken);
        await ClearPendingEventAsync(record.Identity, record.Attempt, record.Status, cancellationToken);
    }

    private async Task EndAsync(
        RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at, DateTimeOffset attemptAt,
        IReadOnlyList<LogLine> outputs, bool byReconciler, CancellationToken cancellationToken)
    {
        var (item, isNew) = (RunEvents.Ended(run.RunId, runAttempt, status, error, at), false);
        RunRecord? made = null;
        var now = await runs.UpdateAsync(
            run,
            record =>
            {
                var ended = Ended(record, run, runAttempt, status, error, at, attemptAt);

                // An attempt that an upgrade interrupted was counted as ended then: cancelling its run does not count again.
                isNew = !ReferenceEquals(ended, record);
                made = !isNew || record.IsUpgraded ? null : ended;
                return !isNew ? null : new RunUpdate(ended with { IsEndEventPending = byReconciler || ended.IsEndEventPending })
                {
                    // The outputs are there when the record says that the attempt has completed, and the event comes after that.
                    Before = outputs,
                    After = [LogLine.Of(run, item)],
                };
            },
            cancellationToken);
        if (made is not null)
        {
            telemetry.Ended(made);
        }
        else if (now.Attempts.FirstOrDefault(attempt => attempt.N == runAttempt)?.Status != status)
        {
            // It ended with another status, or was interrupted and resumed: the feed must not get this end.
            return;
        }

        await (isNew ? Task.CompletedTask : feed.AppendAsync(run, [item], flush: true, cancellationToken));
        await (byReconciler ? ClearPendingEventAsync(run, runAttempt, status, cancellationToken) : Task.CompletedTask);
        runs.Forget(run.RunId, runAttempt);
    }

    /// <summary>
    /// Records that the attempt was interrupted because another version had begun it, so that its orchestration cannot continue, and appends the
    /// event. The run has not ended.
    /// </summary>
    /// <param name="error">What happened and what to do.</param>
    /// <param name="lastSign">The last sign of life of the processes that worked on the attempt: its duration ends there. Null: now.</param>
    /// <exception cref="RunGoneException">The run was deleted.</exception>
    public async Task InterruptAsync(
        RunIdentity run, int runAttempt, WorkflowError error, CancellationToken cancellationToken, DateTimeOffset? lastSign = null)
    {
        var at = lastSign ?? time.GetUtcNow();
        var item = RunEvents.Interrupted(run.RunId, runAttempt, error, at);
        RunRecord? made = null;
        await runs.UpdateAsync(
            run,
            record =>
            {
                var interrupted = Interrupted(record, run, runAttempt, error, at);
                made = ReferenceEquals(interrupted, record) ? null : interrupted;
                return made is null ? null : new RunUpdate(made) { After = [LogLine.Of(run, item)] };
            },
            cancellationToken);
        if (made is not null)
        {
            telemetry.Ended(made);
        }
        else
        {
            await feed.AppendAsync(run, [item], flush: true, cancellationToken);
        }

        await ClearPendingEventAsync(run, runAttempt, RunStatus.Interrupted, cancellationToken);
        runs.Forget(run.RunId, runAttempt);
    }

    private static bool MayBegin(RunRecord record, int runAttempt) =>
        record.Attempt == runAttempt && !record.HasEnded && !record.IsUpgraded && record.Attempts[^1].StartedAt is null;

    private static RunRecord Begun(RunRecord record, DateTimeOffset at) =>
        record.WithAttempt(attempt => attempt with { StartedAt = Later(at, record.CreatedAt) }) with
        {
            Status = record.Status == RunStatus.Pending ? RunStatus.Running : record.Status,
            StartedAt = record.StartedAt ?? Later(at, record.CreatedAt),
        };

    private static RunRecord Interrupted(RunRecord record, RunIdentity run, int runAttempt, WorkflowError error, DateTimeOffset at) =>
        record.Identity != run ? throw new RunGoneException(run)
        : record.HasEnded || record.IsUpgraded || record.Attempt != runAttempt ? record
        : record.WithAttempt(attempt => attempt with
        {
            Status = RunStatus.Interrupted,
            CompletedAt = Later(at, attempt.StartedAt),
            Error = error,
        }) with
        {
            Status = RunStatus.Interrupted,
            Error = error,
            IsEndEventPending = true,
        };

    /// <summary>Removes the mark that the event of the attempt's end may be missing, when the record is still about that end.</summary>
    private async Task ClearPendingEventAsync(RunIdentity run, int runAttempt, RunStatus status, CancellationToken cancellationToken)
    {
        try
        {
            await runs.UpdateAsync(
                run.RunId,
                record => record.IsEndEventPending && record.Identity == run && record.Attempt == runAttempt && record.Status == status
                    ? record with { IsEndEventPending = false }
                    : record,
                cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            // The run was deleted meanwhile.
        }
    }

    private static RunRecord Ended(
        RunRecord record, RunIdentity run, int runAttempt, RunStatus status, WorkflowError? error, DateTimeOffset at, DateTimeOffset attemptAt) =>
        record.Identity != run ? throw new RunGoneException(run)
        : record.HasEnded || record.Attempt != runAttempt || (record.IsUpgraded && status != RunStatus.Cancelled) ? record
        : record.WithAttempt(attempt => attempt with
        {
            Status = status,
            CompletedAt = attempt.CompletedAt ?? Later(attemptAt, attempt.StartedAt),
            Error = error,
        }) with
        {
            Status = status,
            CompletedAt = Later(at, record.Attempts[^1].StartedAt),
            Error = error,
        };

    /// <summary>The later of two times: a process with another clock may have set the earlier event to a later time.</summary>
    private static DateTimeOffset Later(DateTimeOffset at, DateTimeOffset? begun) => begun > at ? begun.Value : at;
}
