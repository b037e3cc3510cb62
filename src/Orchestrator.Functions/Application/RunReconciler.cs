using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Compares the record of a run with its orchestration, which may have been terminated, purged or suspended without the record, or may have failed,
/// and corrects the record: no run stays <c>running</c> for ever. Thread-safe.
/// </summary>
public sealed class RunReconciler(
    RunStore runs, RunLifecycle lifecycle, RunCloser closer, RunDrivers drivers, ILogger<RunReconciler> logger)
{
    /// <summary>The corrected record; null when there is no such run.</summary>
    public async Task<RunRecord?> FindAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } record ? await ReconcileAsync(client, record, cancellationToken) : null;

    /// <summary>The corrected record.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    public async Task<RunRecord> RequireAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await FindAsync(client, runId, cancellationToken) ?? throw await RunNotFoundException.CreateAsync(runs, runId, cancellationToken);
    }

    /// <summary>
    /// Corrects the record for a caller that only shows it. Where the correction cannot be written, as on a full disk, this returns the stored
    /// record.
    /// </summary>
    /// <returns>The corrected record, or the stored one with an error that is not stored.</returns>
    /// <exception cref="ContentStoreException">The record cannot be read, or a part of the run is damaged.</exception>
    public async Task<RunRecord> ReconcileForReadAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            return await ReconcileAsync(client, record, cancellationToken);
        }
        catch (ContentStoreException exception) when (!exception.IsOfOneValue)
        {
            // A store that cannot be read at all fails here, too.
            var stored = await runs.FindAsync(record.RunId, cancellationToken) ?? record;
            return stored.HasEnded || stored.Error is not null
                ? stored
                : stored with
                {
                    // Not the exception's message, which names a place on the server.
                    Error = new WorkflowError(
                        ErrorKind.Unavailable,
                        "The state of the run may have changed, and the content store does not take the change"
                        + $"{(exception.Hint is { } hint ? $": {hint}" : ".")} The next read of the run tries again."),
                };
        }
    }

    /// <summary>Corrects the record of a run that has not ended where its orchestration differs.</summary>
    /// <returns>The corrected record. When the history cannot be read, the record with an error that is not stored.</returns>
    public async Task<RunRecord> ReconcileAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsEndEventPending)
        {
            record = await closer.AppendPendingEventAsync(record, cancellationToken);
        }

        if (record.HasEnded)
        {
            return record;
        }

        if (record.IsUpgraded)
        {
            return await closer.IsCancelledAsync(record, cancellationToken) ? await closer.EndCancelledAsync(record, cancellationToken) : record;
        }

        var run = new RunInput(record.RunId, record.Attempt);
        RunHistory history;
        try
        {
            history = await RunHistory.ReadAsync(client, drivers, run, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The host cannot read the history. Lists of other runs must not fail for it.
            logger.OrchestrationNotRead(exception, run.InstanceId, exception.Message);
            return record with
            {
                // Not the exception's message, which names a place on the server.
                Error = new WorkflowError(
                    ErrorKind.Internal,
                    $"The orchestration '{run.InstanceId}' of the run cannot be read. The log of the host has the reason. "
                    + "If it stays so, delete the run with force."),
            };
        }

        switch (history.Instance)
        {
            case null when history.Problem is { } problem and not RunHistory.Gone:
                // It stays open for a user who restores the history, unless its end was requested.
                return drivers.IsDriven(run) != true && await closer.IsCancelledAsync(record, cancellationToken)
                    ? await EndWithoutHistoryAsync(record, problem, cancellationToken)
                    : record with
                    {
                        Error = new WorkflowError(
                            ErrorKind.Internal,
                            $"{RunHistory.Explain(record.RunId, problem)} 'orchestrator runs cancel {record.RunId}' ends it."),
                    };
            case null when record.Status == RunStatus.Pending && record.Attempts[^1].IsForeground && await IsPreparedAsync(record, cancellationToken):
                // Its foreground caller begins it, or has ended: then it begins only on request.
                return record;
            case null when record.Status == RunStatus.Pending:
                return await BeginPendingAsync(client, record, cancellationToken);
            case null:
                return await EndWithoutHistoryAsync(record, RunHistory.Gone, cancellationToken);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Failed } failed:
                return await closer.EndFailedAsync(record, failed, cancellationToken);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Terminated } terminated:
                return await closer.EndAsync(
                    record,
                    RunStatus.Cancelled,
                    $"The orchestration of the run was terminated{(terminated.SerializedOutput is { } given ? $": {given}" : "")}.",
                    cancellationToken,
                    terminated.LastUpdatedAt);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Completed } completed when completed.ReadOutputAs<RunResult>() is { } result:
                return await closer.EndAsync(record, result.Status, result.Error, completed.LastUpdatedAt, cancellationToken);
            case { } open:
                return await SetSuspendedAsync(record, IsSuspended(open), cancellationToken);
        }
    }

    /// <summary>Why the history of an open run that no process drives is of no use.</summary>
    /// <returns>One of the texts of <see cref="RunHistory"/>; null when the history is of use, and when that is unknown.</returns>
    public async Task<string?> FindHistoryProblemAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var run = new RunInput(record.RunId, record.Attempt);
        if (record.HasEnded || record.IsUpgraded || drivers.IsDriven(run) == true)
        {
            return null;
        }

        try
        {
            var problem = (await RunHistory.ReadAsync(client, drivers, run, cancellationToken)).Problem;
            return problem == RunHistory.Gone && record.Status == RunStatus.Pending ? null : problem;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.OrchestrationNotRead(exception, run.InstanceId, exception.Message);
            return null;
        }
    }

    /// <summary>Ends an open run whose history is of no use: as cancelled when that was requested, else as failed.</summary>
    /// <param name="problem">One of the texts of <see cref="RunHistory"/>.</param>
    /// <returns>The record as it is then.</returns>
    public async Task<RunRecord> EndWithoutHistoryAsync(RunRecord record, string problem, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        await closer.RecordLostAsync(record, cancellationToken);
        var status = await closer.IsCancelledAsync(record, cancellationToken) ? RunStatus.Cancelled : RunStatus.Failed;
        return await closer.EndAsync(record, status, RunHistory.Explain(record.RunId, problem), cancellationToken);
    }

    /// <summary>
    /// Begins a recorded run that has no instance: the process that recorded it has ended, or is about to begin it, too. Beginning it twice has no
    /// effect.
    /// </summary>
    /// <returns>The record; unchanged when the run is not pending.</returns>
    public Task<RunRecord> BeginAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(record);
        return record.Status == RunStatus.Pending ? BeginPendingAsync(client, record, cancellationToken) : Task.FromResult(record);
    }

    private async Task<RunRecord> BeginPendingAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        if (await IsPreparedAsync(record, cancellationToken))
        {
            await RunInstances.ScheduleAsync(client, new RunInput(record.RunId, record.Attempt), cancellationToken);
            return record;
        }

        if (await closer.IsCancelledAsync(record, cancellationToken))
        {
            return await closer.EndAsync(
                record, RunStatus.Cancelled, "The run was cancelled before anything of it was started.", cancellationToken);
        }

        return lifecycle.MayBeginStill(record)
            ? record
            : await closer.EndAsync(
                record,
                RunStatus.Failed,
                "The host was lost while it wrote the run down, before anything was started. Start it again.",
                cancellationToken);
    }

    private async Task<bool> IsPreparedAsync(RunRecord record, CancellationToken cancellationToken) =>
        await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not null;

    /// <summary>Whether the instance is suspended, by the Durable API or by a suspend event.</summary>
    private static bool IsSuspended(OrchestrationMetadata instance) =>
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended
        || instance.ReadCustomStatusAs<RunProgressStatus>()?.Status == RunStatus.Suspended;

    private Task<RunRecord> SetSuspendedAsync(RunRecord record, bool suspended, CancellationToken cancellationToken) =>
        suspended == (record.Status == RunStatus.Suspended)
            ? Task.FromResult(record)
            : runs.UpdateAsync(
                record.Identity,
                now => now.HasEnded || now.Identity != record.Identity || now.Attempt != record.Attempt || now.Status == RunStatus.Pending
                    ? now
                    : now with { Status = suspended ? RunStatus.Suspended : RunStatus.Running },
                cancellationToken);
}

/// <summary>There is no run of the id, or its deletion has begun.</summary>
/// <param name="isBeingDeleted">Whether the deletion of the run has begun; it may have been interrupted.</param>
public sealed class RunNotFoundException(string runId, bool isBeingDeleted = false)
    : Exception(isBeingDeleted ? $"There is no run '{runId}' any more. {RunExistsException.HowToFinish(runId)}" : $"There is no run '{runId}'.")
{
    /// <summary>The id that no run has.</summary>
    public string RunId { get; } = runId;

    /// <summary>Creates the exception, with the state of the deletion read from the store.</summary>
    /// <param name="runId">May be no valid id: no run has it then.</param>
    internal static async Task<RunNotFoundException> CreateAsync(RunStore runs, string runId, CancellationToken cancellationToken) =>
        new(runId, NameRules.RunId.IsMatch(runId) && await runs.FindAnyAsync(runId, cancellationToken) is not null);
}
