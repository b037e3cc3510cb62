using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Executes one attempt of a step so that it may be asked for twice, even at the same time: the attempt is worked on once, its record is written
/// once, and every caller is answered from that record. Thread-safe.
/// </summary>
public sealed class StepExecutor(
    RunStore runs,
    CheckpointStore checkpoints,
    AttemptClaims claims,
    LostRequests lostRequests,
    RunControl control,
    RunEventFeed feed,
    StepWorker worker,
    TimeProvider time,
    ILogger<StepExecutor> logger,
    RunTelemetry telemetry,
    HostStop? hostStop = null)
{
    /// <summary>Maximum length in characters of an error's message in the history; the record has all of it.</summary>
    private const int MaxMessageLength = 1_000;

    /// <param name="stopping">Fires when the host stops: what has no answer yet is then left without a record, to be executed again.</param>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="ContentStoreException">The store is away. Nothing was paid, or the attempt has its record: it may be executed again.</exception>
    /// <exception cref="AttemptLostException">The store was away for too long.</exception>
    public async Task<StepOutcome> ExecuteAsync(ExecuteStepInput call, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await ExecuteThereAsync(call, stopping);
        }
        catch (RunGoneException gone)
        {
            // The run was deleted, and its orchestration is, too, or will be: there is nothing to record, and it is no error.
            var now = time.GetUtcNow();
            return new StepOutcome
            {
                Step = call.StepId,
                Attempt = call.Attempt,
                Call = call.Call,
                Status = StepStatus.Cancelled,
                Reason = StepReason.Cancel,
                StartedAt = now,
                CompletedAt = now,
                Error = new WorkflowError(ErrorKind.Cancelled, gone.Message),
            };
        }
    }

    private async Task<StepOutcome> ExecuteThereAsync(ExecuteStepInput call, CancellationToken stopping)
    {
        var run = await runs.GetPreparedAsync(call.Run, call.RunAttempt, stopping);
        using var paid = new PaidWork(call, time, logger, stopping);
        var news = new StepFeed(feed, call, time, logger, paid.Token);
        var checkpoint = await ExecuteOnceAsync(run, call, news, paid, stopping);
        if (call.Failure is null && checkpoint.FailureIn(run, call) is { } failed && StepRules.CancelsRun(run.Plan, failed))
        {
            // After the record is durable and before the orchestrator is told, so that the other steps are cancelled without waiting in its queue.
            await control.CancelAsync(call.Run, call.RunAttempt, StepReason.Stop, new DecidingStep(call.Step, call.Attempt), paid.Token);
        }

        await news.FinishAsync(StepEvents.Ended(call, run, checkpoint));
        return Outcome(call, checkpoint);
    }

    /// <summary>The record of the attempt: the one that is there, or the one that this execution makes when no other works on it.</summary>
    private async Task<StepCheckpoint> ExecuteOnceAsync(PreparedRun run, ExecuteStepInput call, StepFeed news, PaidWork paid, CancellationToken stopping)
    {
        var seen = new ClaimSighting();
        while (true)
        {
            var claim = await claims.TryTakeAsync(call, seen, stopping);
            try
            {
                if (await checkpoints.FindAsync(call.Run, call.StepId, call.RunAttempt, call.Attempt, stopping) is { } found)
                {
                    // The execution that made it may have died before it told of it: readers drop what is repeated.
                    news.Tell([.. Begun(run, call), .. found.HasWorked ? (RunEvent[])[StepEvents.Started(call, found.StartedAt)] : []]);
                    return found;
                }

                if (claim is not null
                    && (await StepSubstitute.CompletedBeforeAsync(run, call, checkpoints, time.GetUtcNow(), stopping)
                        ?? await TryAsync(run, call, claim, news, paid, stopping)) is { } made)
                {
                    return made;
                }
            }
            finally
            {
                await ReleaseAsync(call, claim);
            }

            await Task.Delay(AttemptClaims.PollInterval, time, stopping);
        }
    }

    /// <summary>Releases the claim. A failure is only logged, since it must not hide how the attempt ended; the claim expires.</summary>
    private async Task ReleaseAsync(ExecuteStepInput call, AttemptClaim? claim)
    {
        try
        {
            await (claim?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (ContentStoreException exception)
        {
            logger.ClaimNotReleased(exception, call.StepId, call.RunId);
        }
    }

    /// <summary>Notes an execution that leaves no record: it may have been paid for, and the next execution counts that.</summary>
    /// <returns>As <see cref="AttemptAsync"/>.</returns>
    private async Task<StepCheckpoint?> TryAsync(
        PreparedRun run, ExecuteStepInput call, AttemptClaim claim, StepFeed news, PaidWork paid, CancellationToken stopping)
    {
        StepCheckpoint? made = null;
        try
        {
            return made = await AttemptAsync(run, call, claim, news, paid, stopping);
        }
        finally
        {
            if (made is null)
            {
                // Before the claim is given up: the next execution counts what it finds in the feed.
                await news.TryFinishAsync();
                lostRequests.Forget(call);
            }
        }
    }

    /// <returns>Null when the claim was lost before there was an answer: its new holder writes the record.</returns>
    private async Task<StepCheckpoint?> AttemptAsync(
        PreparedRun run, ExecuteStepInput call, AttemptClaim claim, StepFeed news, PaidWork paid, CancellationToken stopping)
    {
        var clock = new AttemptClock(call, time);

        // A final step, and the record of a substitute, which is no work, ignore cancellations and the run's deadline.
        var heedsNone = run.Plan.Steps[call.Step].IsFinal || call.Failure is not null;
        using var watch = await control.WatchAsync(
            call.Run, call.RunAttempt, cancellation => !heedsNone && call.Heeds(cancellation), stopping);
        using var deadline = new DeadlineWatch(control, watch, call, time);
        await (heedsNone ? Task.CompletedTask : deadline.StartAsync());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, claim.Lost, stopping);
        var begun = Begun(run, call);
        if (call.NotBefore > clock.Now)
        {
            news.Tell(begun);
            begun = [];
            await WaitAsync(call.NotBefore.Value - clock.Now, either.Token, stopping);
        }

        hostStop?.Token.ThrowIfCancellationRequested();
        var startedAt = clock.Now;
        var lost = await LostAsync(run, call, claim, stopping);
        var turns = new StepTurns(run, call, checkpoints);
        var work = await WithoutWorkAsync(run, call, watch, turns, either.Token, stopping);

        // What the host ended had begun, and counts as an attempt.
        var withoutWork = work is not null && call.EndedBy is null;
        using var span = work is null ? telemetry.Spans.StartAttempt(run, call, startedAt) : null;
        if (work is not null)
        {
            work = await worker.AddLostAsync(run, call, work, lost, stopping);
            news.Tell(begun);
        }
        else
        {
            news.Tell([.. begun, StepEvents.Started(call, startedAt)]);
            work = await WorkAsync(run, call, lost, clock, news, either.Token);
            if (work.Error is { Kind: ErrorKind.Cancelled } && watch.Cancellation is null)
            {
                // There is no answer, and it is the host that stops: the attempt is executed again.
                stopping.ThrowIfCancellationRequested();
            }
        }

        if (work.Error is { Kind: ErrorKind.Cancelled } && watch.Cancellation is null && claim.Lost.IsCancellationRequested)
        {
            return null;
        }

        var record = StepRecord.Of(run, call, startedAt, clock.Now, work, watch.Cancellation) with
        {
            WithoutWork = withoutWork,
            BegunBefore = withoutWork && lost > 0,
        };
        record = StepRecord.Ruled(run, call, turns.Decide(record));
        var (counts, isNew) = await paid.RetryAsync(() => checkpoints.AddAsync(call.Run, record, paid.Token));
        await (isNew ? telemetry.RecordedAsync(run, call, counts, span, checkpoints, paid.Token) : Task.CompletedTask);
        return counts;
    }

    private static IReadOnlyList<RunEvent> Begun(PreparedRun run, ExecuteStepInput call) =>
    [
        .. (call.Decisions ?? []).Select(decision => StepEvents.Of(call.RunId, call.RunAttempt, run.Steps[decision.Step], decision)),
        StepEvents.Ready(call),
    ];

    /// <summary>How many requests of earlier executions of the attempt count; at least that of one that the host ended.</summary>
    private async Task<int> LostAsync(PreparedRun run, ExecuteStepInput call, AttemptClaim claim, CancellationToken stopping) =>
        run.Steps[call.Step].Type == StepType.Prompt
            ? Math.Max(call.EndedBy is null ? 0 : 1, await lostRequests.CountAsync(call, claim.TakenOver, stopping))
            : 0;

    /// <summary>How the attempt ends without work: as the host ended it, cancelled before it started, or as <see cref="DecideAsync"/> says. Null: it is to work.</summary>
    private async Task<StepWork?> WithoutWorkAsync(
        PreparedRun run, ExecuteStepInput call, RunWatch watch, StepTurns turns, CancellationToken either, CancellationToken stopping)
    {
        if (call.EndedBy is { } error)
        {
            return new StepWork { Error = error };
        }

        return watch.Token.IsCancellationRequested
            ? new StepWork { Error = new WorkflowError(ErrorKind.Cancelled, $"Step '{call.StepId}' was cancelled before it started.") }
            : await DecideAsync(run, call, turns, either, stopping);
    }

    /// <summary>What needs no model: a false condition, or an output that is taken over. Null when the step is to work.</summary>
    private async Task<StepWork?> DecideAsync(PreparedRun run, ExecuteStepInput call, StepTurns turns, CancellationToken either, CancellationToken stopping)
    {
        try
        {
            if (call.Failure is { } failure)
            {
                return await StepSubstitute.TakeOverAsync(run, call, failure, checkpoints, either);
            }

            var work = await StepCondition.CheckAsync(run, call, checkpoints, either);
            await (work is null ? turns.LoadAsync(either) : Task.CompletedTask);
            return work;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new StepWork { Error = new WorkflowError(ErrorKind.Cancelled, $"Step '{call.StepId}' was cancelled before it started.") };
        }
    }

    /// <summary>Waits for the step's turn, which may have come while the feed was told.</summary>
    private async Task WaitAsync(TimeSpan wait, CancellationToken either, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(either, hostStop?.Token ?? CancellationToken.None);
        try
        {
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, ends.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The run was cancelled, or the host is about to stop; the caller looks at that next.
        }
    }

    private async Task<StepWork> WorkAsync(
        PreparedRun run, ExecuteStepInput call, int lost, AttemptClock clock, StepFeed news, CancellationToken either)
    {
        var limit = AttemptLimit.Of(run, call, clock.Now);
        using var timeout = new CancellationTokenSource(limit.Duration, time);
        var chunks = run.Steps[call.Step].Stream ? new ChunkFeed(news, call, time) : null;
        var type = run.Steps[call.Step].Type;
        telemetry.Metrics.Working(type, 1);
        try
        {
            var work = await worker.RunAsync(run, call, lost, chunks is null ? null : chunks.Add, limit, timeout.Token, either);
            chunks?.Flush();
            return work;
        }
        finally
        {
            telemetry.Metrics.Working(type, -1);
        }
    }

    private static StepOutcome Outcome(ExecuteStepInput call, StepCheckpoint checkpoint) => new()
    {
        Step = call.StepId,
        Attempt = call.Attempt,
        Call = call.Call,
        DecidedBy = checkpoint.DecidedBy,
        Status = checkpoint.Status,
        Reason = checkpoint.Reason,
        Again = checkpoint.Again,
        Usage = checkpoint.Usage,
        StartedAt = checkpoint.StartedAt,
        CompletedAt = checkpoint.CompletedAt,
        Error = checkpoint.Error is { Message.Length: > MaxMessageLength } error
            ? error with { Message = error.Message[..MaxMessageLength] + "…" }
            : checkpoint.Error,
    };
}
