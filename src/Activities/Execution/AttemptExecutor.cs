using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>Makes one attempt of a step under its claim, from the watch for cancellations to the checkpoint. Thread-safe.</summary>
/// <param name="hostStop">Announces that the host is about to stop; null: nothing does.</param>
internal sealed class AttemptExecutor(
    CheckpointStore checkpoints, LostRequests lostRequests, RunControl control, StepRunner runner, TimeProvider time, RunTelemetry telemetry,
    HostStop? hostStop)
{
    /// <summary>Makes the attempt. When it ends without a checkpoint, the next execution of the attempt counts what it may have cost.</summary>
    /// <param name="stopping">Fires when the host stops.</param>
    /// <returns>The checkpoint; null when another execution has the claim, or took it before there was an answer: that one writes it.</returns>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="AttemptLostException">The store was not available for too long.</exception>
    public async Task<StepCheckpoint?> ExecuteAsync(
        PreparedRun run, ExecuteStepInput call, AttemptClaim claim, StepEventWriter events, PaidWriteRetry paid, CancellationToken stopping)
    {
        StepCheckpoint? made = null;
        try
        {
            return made = await AttemptAsync(run, call, claim, events, paid, stopping);
        }
        finally
        {
            if (made is null)
            {
                // Before the claim is released: the next execution counts the starts that it finds in the log.
                await events.TryFlushAsync();
            }
        }
    }

    /// <summary>The events of the orchestrator's decisions since its last call of an activity.</summary>
    public static IReadOnlyList<RunEvent> DecisionEvents(PreparedRun run, ExecuteStepInput call) =>
        [.. (call.Decisions ?? []).Select(decision => StepEvents.Of(call.RunId, call.RunAttempt, run.Steps[decision.Step], decision))];

    private async Task<StepCheckpoint?> AttemptAsync(
        PreparedRun run, ExecuteStepInput call, AttemptClaim claim, StepEventWriter events, PaidWriteRetry paid, CancellationToken stopping)
    {
        var clock = new AttemptClock(call, time);

        // A final step, and the checkpoint of a substitute, which is no work, ignore cancellations and the run's deadline.
        var ignoresCancellation = run.Plan.Steps[call.Step].IsFinal || call.Failure is not null;
        using var watch = await control.WatchAsync(
            call.Run, call.RunAttempt, cancellation => !ignoresCancellation && call.Heeds(cancellation), stopping);
        using var deadline = ignoresCancellation || call.RunDeadline is not { } runDeadline
            ? null
            : new DeadlineWatch(control, watch, call, runDeadline, time);
        await (deadline?.StartAsync() ?? Task.CompletedTask);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, claim.Lost, stopping);
        IReadOnlyList<RunEvent> ready = [.. DecisionEvents(run, call), StepEvents.Ready(call)];
        if (call.NotBefore > clock.Now)
        {
            events.Append(ready);
            ready = [];
            await WaitAsync(call.NotBefore.Value - clock.Now, either.Token, stopping);
        }

        hostStop?.Token.ThrowIfCancellationRequested();
        var startedAt = clock.Now;
        var lost = await LostAsync(run, call, claim, stopping);
        var until = new UntilCondition(run, call, checkpoints);
        var result = await EndWithoutWorkAsync(run, call, watch, until, either.Token, stopping);

        // An attempt that the host ended had begun, and counts as an attempt.
        var withoutWork = result is not null && call.EndedBy is null;
        var earlier = result is null ? await claim.BeginAsync(run, call, events, ready, startedAt) : 0;
        if (earlier is null)
        {
            return null;
        }

        using var span = result is null ? telemetry.Spans.StartAttempt(run, call, startedAt) : null;
        if (result is not null)
        {
            result = await runner.AddLostAsync(run, call, result, lost, stopping);
            events.Append(ready);
        }
        else
        {
            lost = run.Steps[call.Step].Type == StepType.Prompt ? Math.Max(lost, earlier.Value) : 0;
            result = await RunAsync(run, call, lost, clock, events, either.Token);
            if (result.Error is { Kind: ErrorKind.Cancelled } && watch.Cancellation is null)
            {
                // There is no answer, and the host stops: the attempt is executed again.
                stopping.ThrowIfCancellationRequested();
            }
        }

        if (result.Error is { Kind: ErrorKind.Cancelled } && watch.Cancellation is null && claim.Lost.IsCancellationRequested)
        {
            return null;
        }

        var checkpoint = CheckpointFactory.Of(
            run, call, startedAt, clock.Now, result, watch.Cancellation, withoutWork, begunBefore: withoutWork && lost > 0);
        checkpoint = CheckpointFactory.AfterRules(run, call, until.Apply(checkpoint));
        var ended = StepEvents.EndOf(call, run, checkpoint);
        var (stored, isNew) = await paid.RunAsync(() => events.RecordAsync(ended, checkpoint, claim.Writer, claim.After, control.HasSeen(call.Run)));
        await (isNew ? telemetry.RecordedAsync(run, call, stored!, span, checkpoints, paid.Token) : Task.CompletedTask);
        return stored;
    }

    /// <summary>
    /// How many requests of earlier executions of the attempt may have been paid for without a checkpoint; at least one for an attempt that the host
    /// ended.
    /// </summary>
    private async Task<int> LostAsync(PreparedRun run, ExecuteStepInput call, AttemptClaim claim, CancellationToken stopping) =>
        run.Steps[call.Step].Type == StepType.Prompt
            ? Math.Max(call.EndedBy is null ? 0 : 1, await lostRequests.CountAsync(call, claim.After is not null, stopping))
            : 0;

    /// <summary>
    /// The result of an attempt that ends without work: ended by the host, cancelled before its start, skipped by its condition, or with a substitute
    /// output. Null: the step is to work.
    /// </summary>
    private async Task<AttemptResult?> EndWithoutWorkAsync(
        PreparedRun run, ExecuteStepInput call, RunWatch watch, UntilCondition until, CancellationToken either, CancellationToken stopping)
    {
        if (call.EndedBy is { } error)
        {
            return new AttemptResult { Error = error };
        }

        if (watch.Token.IsCancellationRequested)
        {
            return CancelledBeforeStart(call);
        }

        try
        {
            if (call.Failure is { } failure)
            {
                return await StepSubstitute.TakeOverAsync(run, call, failure, checkpoints, either);
            }

            var result = await WhenCondition.CheckAsync(run, call, checkpoints, either);
            await (result is null ? until.LoadAsync(either) : Task.CompletedTask);
            return result;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return CancelledBeforeStart(call);
        }
    }

    private static AttemptResult CancelledBeforeStart(ExecuteStepInput call) =>
        new() { Error = new WorkflowError(ErrorKind.Cancelled, $"Step '{call.StepId}' was cancelled before it started.") };

    /// <summary>Waits until the work may begin.</summary>
    /// <param name="wait">May be negative: the time may have come while events were appended.</param>
    private async Task WaitAsync(TimeSpan wait, CancellationToken either, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(either, hostStop?.Token ?? CancellationToken.None);
        try
        {
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, ends.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The run was cancelled, or the host is about to stop; the caller checks both next.
        }
    }

    private async Task<AttemptResult> RunAsync(
        PreparedRun run, ExecuteStepInput call, int lost, AttemptClock clock, StepEventWriter events, CancellationToken either)
    {
        var limit = AttemptLimit.Of(run, call, clock.Now);
        using var timeout = new CancellationTokenSource(limit.Duration, time);
        var chunks = run.Steps[call.Step].Stream ? new ChunkWriter(events, call, time) : null;
        var type = run.Steps[call.Step].Type;
        telemetry.Metrics.Working(type, 1);
        try
        {
            var result = await runner.RunAsync(run, call, lost, chunks is null ? null : chunks.Add, limit, timeout.Token, either);
            chunks?.Flush();
            return result;
        }
        finally
        {
            telemetry.Metrics.Working(type, -1);
        }
    }
}

/// <summary>
/// The time of one execution of an attempt. It starts no earlier than the orchestrator scheduled the execution and continues with the monotonic
/// clock, so that durations, waits and the orchestrator's deadlines do not depend on changes of the wall clock. Thread-safe.
/// </summary>
internal sealed class AttemptClock
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _from;
    private readonly long _timestamp;

    public AttemptClock(ExecuteStepInput call, TimeProvider time)
    {
        var (scheduled, now) = (call.AskedAt ?? call.ReadyAt, time.GetUtcNow());
        (_time, _from, _timestamp) = (time, now > scheduled ? now : scheduled, time.GetTimestamp());
    }

    public DateTimeOffset Now => _from + _time.GetElapsedTime(_timestamp);
}
