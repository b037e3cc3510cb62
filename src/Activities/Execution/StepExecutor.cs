using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Executes one attempt of a step idempotently: it may be called again, even at the same time. The attempt's work is done once, its checkpoint is
/// written once, and every call returns the outcome in that checkpoint. Thread-safe.
/// </summary>
public sealed class StepExecutor(
    RunStore runs,
    CheckpointStore checkpoints,
    AttemptClaims claims,
    LostRequests lostRequests,
    RunControl control,
    RunEventFeed feed,
    StepRunner runner,
    TimeProvider time,
    ILogger<StepExecutor> logger,
    RunTelemetry telemetry,
    HostStop? hostStop = null)
{
    /// <summary>Maximum length in characters of an error message in the history; the checkpoint has the full message.</summary>
    private const int MaxMessageLength = 1_000;

    private readonly AttemptExecutor _attempts = new(checkpoints, lostRequests, control, runner, time, telemetry, hostStop);

    /// <summary>Executes the attempt, or returns the outcome of its checkpoint. A deleted run gives a cancelled outcome.</summary>
    /// <param name="stopping">
    /// Fires when the host stops: an attempt without an answer is then left without a checkpoint, to be executed again.
    /// </param>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="ContentStoreException">
    /// The store is not available. Nothing was paid for, or the attempt has its checkpoint: the call may be repeated.
    /// </exception>
    /// <exception cref="AttemptLostException">The store was not available for too long.</exception>
    /// <exception cref="Records.UnreadableRecordException">A record of the run, or of a step that this one reads, cannot be read.</exception>
    public async Task<StepOutcome> ExecuteAsync(ExecuteStepInput call, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await ExecuteAndReportAsync(call, stopping);
        }
        catch (RunGoneException gone)
        {
            // The run was deleted, and its orchestration is deleted too, or will be: there is nothing to record, and it is no error.
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

    /// <summary>Gets the checkpoint, cancels the other steps if the failure stops the run, and appends the events.</summary>
    private async Task<StepOutcome> ExecuteAndReportAsync(ExecuteStepInput call, CancellationToken stopping)
    {
        var run = await runs.GetPreparedAsync(call.Run, call.RunAttempt, stopping);
        using var paid = new PaidWriteRetry(call, time, logger, stopping);
        var events = new StepEventWriter(feed, checkpoints, call, MayCost(run, call), time, logger, paid.Token);
        var checkpoint = await GetOrMakeCheckpointAsync(run, call, events, paid, stopping);
        if (call.Failure is null && checkpoint.FailureIn(run, call) is { } failed && StepRules.CancelsRun(run.Plan, failed))
        {
            // Before the outcome returns to the orchestrator, so that the other steps are cancelled without a wait in its queue.
            await control.CancelAsync(call.Run, call.RunAttempt, StepReason.Stop, new DecidingStep(call.Step, call.Attempt), paid.Token);
        }

        await events.FlushAsync();
        return Outcome(call, checkpoint);
    }

    /// <summary>Whether the attempt may send a request that is paid for: then its start is recorded durably while it works.</summary>
    private static bool MayCost(PreparedRun run, ExecuteStepInput call) =>
        run.Steps[call.Step].Type == StepType.Prompt && run.Mocks is null && run.Steps[call.Step].Models.Any(model => !SimulatedModelOptions.IsSimulated(model));

    /// <summary>The checkpoint of the attempt: the stored one, or the one that this execution makes when it gets the claim.</summary>
    private async Task<StepCheckpoint> GetOrMakeCheckpointAsync(
        PreparedRun run, ExecuteStepInput call, StepEventWriter events, PaidWriteRetry paid, CancellationToken stopping)
    {
        var seen = new ClaimSighting();
        while (true)
        {
            var claim = await claims.TryTakeAsync(run, call, seen, stopping);
            try
            {
                if (await checkpoints.FindToExecuteAsync(call, run.LogFrom, stopping) is { } found)
                {
                    // This call may carry decisions that the one before it did not. Readers drop duplicates.
                    events.Append(AttemptExecutor.DecisionEvents(run, call));
                    return found;
                }

                if (claim is not null
                    && (await StepSubstitute.CompletedBeforeAsync(run, call, checkpoints, time.GetUtcNow(), stopping)
                        ?? await _attempts.ExecuteAsync(run, call, claim, events, paid, stopping)) is { } made)
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

/// <summary>
/// Announces to executors that their host is about to stop: an attempt that has not begun to work does not begin; one that works continues until its
/// own token fires. Thread-safe.
/// </summary>
public sealed class HostStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Fires when the host is about to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Announces the stop. May be repeated.</summary>
    public void Announce() => _source.Cancel();

    /// <summary>Frees the token.</summary>
    public void Dispose() => _source.Dispose();
}
