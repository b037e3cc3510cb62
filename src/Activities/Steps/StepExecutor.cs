using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// Executes one attempt of a step so that it may be asked for twice, even at the same time: the attempt is worked on once, its record is written
/// once, and everybody is answered from that record. Thread-safe.
/// </summary>
public sealed class StepExecutor(
    RunStore runs,
    CheckpointStore checkpoints,
    AttemptClaims claims,
    RunControl control,
    RunEventFeed feed,
    StepWorker worker,
    TimeProvider time,
    ILogger<StepExecutor> logger,
    HostStop? hostStop = null)
{
    /// <summary>The most characters of an error's message that travel through the history; the record has all of it.</summary>
    private const int MaxMessageLength = 1_000;

    /// <summary>How much longer than its work an abandoned claim is honoured.</summary>
    private static readonly TimeSpan ClaimMargin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ClaimPoll = TimeSpan.FromMilliseconds(250);

    /// <param name="stopping">Fires when the host stops: what has no answer yet is then left without a record, to be executed again.</param>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="ContentStoreException">The store is away. Nothing was paid, or the attempt has its record: it may be executed again.</exception>
    /// <exception cref="AttemptLostException">The store was away for too long.</exception>
    public async Task<StepOutcome> ExecuteAsync(ExecuteStepInput call, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(call);
        var run = await runs.GetPreparedAsync(call.RunId, call.RunAttempt, stopping);
        var lifetime = TimeSpan.FromMilliseconds(run.Steps[call.Step].TimeoutMs) + ClaimMargin;
        while (!await claims.TryTakeAsync(call, lifetime, stopping))
        {
            await Task.Delay(ClaimPoll, time, stopping);
        }

        using var paid = new PaidWork(call, time, logger, stopping);
        StepCheckpoint checkpoint;
        try
        {
            checkpoint = await checkpoints.FindAsync(call.RunId, call.StepId, call.RunAttempt, call.Attempt, stopping)
                ?? await StepSubstitute.CompletedBeforeAsync(run, call, checkpoints, time.GetUtcNow(), stopping)
                ?? await AttemptAsync(run, call, paid, stopping);
        }
        finally
        {
            await ReleaseAsync(call);
        }

        // Also after a crash between record and event: readers drop the repeat.
        await feed.AppendAsync(call.RunId, [StepEvents.Ended(call, run, checkpoint)], paid.Token);
        return Outcome(checkpoint);
    }

    /// <summary>A claim that cannot be released expires by itself; that must not hide how the attempt ended.</summary>
    private async Task ReleaseAsync(ExecuteStepInput call)
    {
        try
        {
            await claims.ReleaseAsync(call, CancellationToken.None);
        }
        catch (ContentStoreException exception)
        {
            logger.LogWarning(exception, "The claim on step '{Step}' of run '{Run}' could not be released. It expires by itself.", call.StepId, call.RunId);
        }
    }

    private async Task<StepCheckpoint> AttemptAsync(PreparedRun run, ExecuteStepInput call, PaidWork paid, CancellationToken stopping)
    {
        var clock = new AttemptClock(call, time);
        var cancellation = run.Plan.Steps[call.Step].IsFinal
            ? RunCancellation.Never
            : await control.WatchAsync(call.RunId, call.RunAttempt, stopping);
        using var watch = cancellation.Watch();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation.Token, stopping);
        List<RunEvent> news =
        [
            .. (call.Decisions ?? []).Select(decision => StepEvents.Of(call.RunId, call.RunAttempt, run.Steps[decision.Step], decision)),
            StepEvents.Ready(call),
        ];
        if (call.NotBefore > clock.Now)
        {
            await feed.AppendAsync(call.RunId, news, stopping);
            news.Clear();
            await WaitAsync(call.NotBefore.Value - clock.Now, either.Token, stopping);
        }

        hostStop?.Token.ThrowIfCancellationRequested();
        var startedAt = clock.Now;
        var work = cancellation.Token.IsCancellationRequested
            ? new StepWork { Error = new WorkflowError(ErrorKind.Cancelled, $"Step '{call.StepId}' was cancelled before it started.") }
            : await DecideAsync(run, call, either.Token, stopping);
        if (work is not null)
        {
            await feed.AppendAsync(call.RunId, news, stopping);
        }
        else
        {
            // The feed is told while the work goes on: nobody waits for a flush.
            List<RunEvent> begun = [.. news, StepEvents.Started(call, startedAt)];
            var telling = paid.InsistAsync(() => feed.AppendAsync(call.RunId, begun, paid.Token));
            var working = WorkAsync(run, call, clock, paid, either.Token);
            await Task.WhenAll(telling, working);
            work = await working;
            if (work.Error is { Kind: ErrorKind.Cancelled } && !cancellation.Token.IsCancellationRequested)
            {
                // There is no answer, and it is the host that stops: the attempt is executed again.
                stopping.ThrowIfCancellationRequested();
            }
        }

        var record = StepRecord.Of(run, call, startedAt, clock.Now, work, cancellation.Reason);
        return await paid.InsistAsync(
            async () => await checkpoints.CreateAsync(
                StepRecord.Ruled(run, call, await StepTurns.DecideAsync(run, call, record, checkpoints, paid.Token)), paid.Token));
    }

    /// <summary>What needs no model: a false condition, or an output that is taken over. Null when the step is to work.</summary>
    private async Task<StepWork?> DecideAsync(PreparedRun run, ExecuteStepInput call, CancellationToken either, CancellationToken stopping)
    {
        try
        {
            return call.Failure is { } failure
                ? await StepSubstitute.TakeOverAsync(run, call, failure, checkpoints, either)
                : await StepCondition.CheckAsync(run, call, checkpoints, either);
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

    private async Task<StepWork> WorkAsync(PreparedRun run, ExecuteStepInput call, AttemptClock clock, PaidWork paid, CancellationToken either)
    {
        var limit = AttemptLimit.Of(run, call, clock.Now);
        using var timeout = new CancellationTokenSource(limit.Duration, time);
        var chunks = run.Steps[call.Step].Stream ? new ChunkFeed(feed, call, time, paid.Token) : null;
        var work = await worker.RunAsync(run, call, chunks is null ? null : chunks.AddAsync, limit, timeout.Token, either);
        await (chunks?.FlushAsync() ?? Task.CompletedTask);
        return chunks?.Failure is { } failure
            ? work with { Warnings = [.. work.Warnings, $"The text of step '{call.StepId}' could not be shown while it was written: {failure.Message}"] }
            : work;
    }

    private static StepOutcome Outcome(StepCheckpoint checkpoint) => new()
    {
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
