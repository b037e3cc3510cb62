using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Compares the record of a run with its orchestration, which may have been terminated, purged or suspended without the record, or may have failed:
/// no run stays <c>running</c> for ever. Thread-safe.
/// </summary>
public sealed class RunReconciler(RunStore runs, RunLifecycle lifecycle, RunControl control, LostAttempts lost)
{
    private static readonly WorkflowError CancelledBefore = new(ErrorKind.Cancelled, "The run was cancelled. Another version of orchestrator had begun it.");

    /// <summary>The record as it is after a look at the orchestration; null when there is no such run.</summary>
    public async Task<RunRecord?> FindAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } record ? await ReconcileAsync(client, record, cancellationToken) : null;

    /// <summary>Corrects the record of a run that has not ended, where its orchestration says otherwise.</summary>
    public async Task<RunRecord> ReconcileAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsEndEventPending)
        {
            await TellAsync(() => lifecycle.AppendPendingEventAsync(record, CancellationToken.None));
            record = await runs.FindAsync(record.RunId, cancellationToken) ?? record;
        }

        if (record.HasEnded)
        {
            return record;
        }

        if (record.IsUpgraded)
        {
            if (!await IsCancelledAsync(record, cancellationToken))
            {
                return record;
            }

            await lost.RecordUnclaimedAsync(record, cancellationToken);
            return await EndAsync(record, RunStatus.Cancelled, CancelledBefore, null, cancellationToken);
        }

        var run = new RunInput(record.RunId, record.Attempt);
        OrchestrationMetadata? instance;
        try
        {
            instance = await client.GetInstanceAsync(run.InstanceId, getInputsAndOutputs: true, cancellationToken);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // The host refuses a history that it cannot read. The record is returned as it is, so that lists of other runs do not fail.
            return record with
            {
                Error = new WorkflowError(
                    ErrorKind.Internal, $"The orchestration '{run.InstanceId}' of the run cannot be read: {problem.Message} If it stays so, delete the run with force."),
            };
        }

        switch (instance)
        {
            case null when record.Status == RunStatus.Pending && record.Attempts[^1].IsForeground && await IsPreparedAsync(record, cancellationToken):
                // Its foreground caller is about to begin it, or has gone: then it is begun again only on request.
                return record;
            case null when record.Status == RunStatus.Pending:
                return await BeginAsync(client, record, run, cancellationToken);
            case null:
                await RecordLostAsync(record, cancellationToken);
                return await EndAsync(
                    record, RunStatus.Failed,
                    $"The orchestration '{run.InstanceId}' of the run is gone: it was purged, or its history was moved. What had completed is kept: 'orchestrator resume {run.RunId} --fork' goes on from it in a new run.",
                    cancellationToken);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Failed } failed:
                return await EndFailedAsync(record, failed, cancellationToken);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Terminated } terminated:
                return await EndAsync(
                    record, RunStatus.Cancelled,
                    $"The orchestration of the run was terminated{(terminated.SerializedOutput is { } given ? $": {given}" : "")}.", cancellationToken);
            case { RuntimeStatus: OrchestrationRuntimeStatus.Completed } completed when completed.ReadOutputAs<RunResult>() is { } result:
                return await EndAsync(record, result.Status, result.Error, completed.LastUpdatedAt, cancellationToken);
            case { } open:
                return await SetSuspendedAsync(record, IsSuspended(open), cancellationToken);
        }
    }

    private async Task<RunRecord> EndFailedAsync(RunRecord record, OrchestrationMetadata instance, CancellationToken cancellationToken)
    {
        var failure = OrchestrationFailure.Of(instance);
        if (failure.IsOfAnotherVersion)
        {
            return await InterruptAsync(record, instance, cancellationToken);
        }

        await RecordLostAsync(record, cancellationToken);
        if (failure.IsUnrepeatable)
        {
            return await EndUnrepeatableAsync(record, failure, cancellationToken);
        }

        var reason = SharedHub.Explain(instance.FailureDetails, instance.SerializedOutput) is { } shared ? $" {shared}" : "";
        return await EndAsync(record, RunStatus.Failed, $"The orchestration of the run failed: {failure.Message ?? "no details"}{reason}", cancellationToken);
    }

    /// <summary>The run goes on with its next attempt; one that was to be cancelled is, and one that was suspended waits until a user resumes it.</summary>
    private async Task<RunRecord> InterruptAsync(RunRecord record, OrchestrationMetadata instance, CancellationToken cancellationToken)
    {
        var requests = await control.ReadAsync(record.Identity, cancellationToken);
        if (requests.IsCancelled(record.Attempt))
        {
            await lost.RecordUnclaimedAsync(record, cancellationToken);
            return await EndAsync(record, RunStatus.Cancelled, CancelledBefore, null, cancellationToken);
        }

        var isSuspended = requests.IsSuspended(record.Attempt) || WasSuspended(instance)
            || (record.Status == RunStatus.Suspended && requests.Suspensions.All(one => one.RunAttempt != record.Attempt));
        if (isSuspended)
        {
            // Before the mark: what resumes runs looks there, and a suspension by the Durable API is only known from the orchestration.
            await control.SuspendAsync(record.Identity, record.Attempt, cancellationToken);
        }

        var next = isSuspended ? "It was suspended, so it goes on only when it is asked to"
            : record.Attempts[^1].IsForeground ? "It was started in the foreground, so it goes on only when it is asked to"
            : record.IsInterruptedAgain
                ? $"It was interrupted twice before it began, so it does not go on by itself: the host's defaultVersion (host.json) must be '{OrchestrationVersion.Current}', and no host of another version may work beside it. Then it goes on"
            : "It goes on by itself where orchestrator serves; it goes on now";
        var error = new WorkflowError(
            ErrorKind.Internal,
            $"Another version of orchestrator began attempt {record.Attempt} of run '{record.RunId}'. What had completed is kept, and the next attempt goes on from there. "
            + $"{next} with 'orchestrator resume {record.RunId}'.")
        {
            Details = new JsonObject { ["reason"] = RunRecord.Upgraded, ["history"] = OrchestrationFailure.Of(instance).Message },
        };
        await TellAsync(() => lifecycle.InterruptAsync(record.Identity, record.Attempt, error, CancellationToken.None));
        return await runs.FindAsync(record.RunId, cancellationToken) ?? record;
    }

    /// <summary>Its records are as good as ever, so the next attempt goes on from them; one that was to be cancelled is.</summary>
    private async Task<RunRecord> EndUnrepeatableAsync(RunRecord record, OrchestrationFailure failure, CancellationToken cancellationToken)
    {
        var isCancelled = await IsCancelledAsync(record, cancellationToken);
        var error = isCancelled
            ? CancelledBefore
            : new WorkflowError(
                ErrorKind.Internal,
                "Another version of orchestrator began this attempt, and this one cannot repeat its history. What had completed is kept, and a resume goes on from there.")
            {
                Details = new JsonObject { ["history"] = failure.Message },
            };
        return await EndAsync(record, isCancelled ? RunStatus.Cancelled : RunStatus.Failed, error, null, cancellationToken);
    }

    /// <summary>What had been asked for counts in the sums and budgets of the run, whose orchestration has no further step record it. What cannot be read must not keep the run from ending.</summary>
    private async Task RecordLostAsync(RunRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await lost.RecordUnclaimedAsync(record, cancellationToken);
        }
        catch (Exception problem) when (problem is UnreadableRecordException or ContentValueException)
        {
            // The run's document names what is damaged.
        }
    }

    private async Task<bool> IsCancelledAsync(RunRecord record, CancellationToken cancellationToken) =>
        (await control.ReadAsync(record.Identity, cancellationToken)).IsCancelled(record.Attempt);

    /// <summary>Whether an instance that was failed for its version was suspended then. LocalHost tells it; the Functions host tells nothing, and false counts.</summary>
    private static bool WasSuspended(OrchestrationMetadata instance) => instance.FailureDetails?.Properties?.ContainsKey("suspended") == true;

    /// <summary>A suspension by the Durable API counts like our own.</summary>
    private static bool IsSuspended(OrchestrationMetadata instance) =>
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended || instance.ReadCustomStatusAs<RunProgressStatus>()?.Status == RunStatus.Suspended;

    /// <summary>Begins a recorded run that has no instance. The process that recorded it has ended, or is about to do the same: doing it twice is harmless.</summary>
    public Task<RunRecord> BeginAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(record);
        return record.Status == RunStatus.Pending ? BeginAsync(client, record, new RunInput(record.RunId, record.Attempt), cancellationToken) : Task.FromResult(record);
    }

    /// <summary>Refuses to go on from a run of which nothing was started: there is nothing to go on from.</summary>
    /// <exception cref="RunStateException">Its host was lost while it wrote the run down.</exception>
    /// <exception cref="UnreadableRecordException">What it executes cannot be read.</exception>
    public static async Task CheckWrittenAsync(RunStore runs, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(record);
        if (await runs.IsUnwrittenAsync(record, cancellationToken))
        {
            throw new RunStateException(
                $"Nothing of run '{record.RunId}' was started: its process ended while it wrote the run down. Start its workflow again"
                + $"{(record.HasEnded ? "" : $"; 'orchestrator runs cancel {record.RunId}' ends this run")}.",
                record.Status);
        }
    }

    private async Task<bool> IsPreparedAsync(RunRecord record, CancellationToken cancellationToken) =>
        await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not null;

    private async Task<RunRecord> BeginAsync(DurableTaskClient client, RunRecord record, RunInput run, CancellationToken cancellationToken)
    {
        if (await IsPreparedAsync(record, cancellationToken))
        {
            await RunInstances.ScheduleAsync(client, run, cancellationToken);
            return record;
        }

        if (await IsCancelledAsync(record, cancellationToken))
        {
            return await EndAsync(record, RunStatus.Cancelled, "The run was cancelled before anything of it was started.", cancellationToken);
        }

        return lifecycle.MayBeginStill(record)
            ? record
            : await EndAsync(record, RunStatus.Failed, "The host was lost while it wrote the run down, before anything was started. Start it again.", cancellationToken);
    }

    private Task<RunRecord> EndAsync(RunRecord record, RunStatus status, string message, CancellationToken cancellationToken) =>
        EndAsync(record, status, new WorkflowError(status == RunStatus.Cancelled ? ErrorKind.Cancelled : ErrorKind.Internal, message), null, cancellationToken);

    private async Task<RunRecord> EndAsync(RunRecord record, RunStatus status, WorkflowError? error, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        await TellAsync(() => lifecycle.EndAsync(record.Identity, record.Attempt, status, error, at, CancellationToken.None));
        return await runs.FindAsync(record.RunId, cancellationToken) ?? record;
    }

    /// <summary>Writes a record and its event, or the event alone. Not with the caller's token: a read that is cut off must not leave the one without the other.</summary>
    private static async Task TellAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (ContentValueException)
        {
            // The record has it. What is in the place of the run's events is named by its document, and must not fail lists of other runs.
        }
    }

    private Task<RunRecord> SetSuspendedAsync(RunRecord record, bool suspended, CancellationToken cancellationToken) =>
        suspended == (record.Status == RunStatus.Suspended)
            ? Task.FromResult(record)
            : runs.UpdateAsync(
                record.RunId,
                now => now.HasEnded || now.Identity != record.Identity || now.Attempt != record.Attempt || now.Status == RunStatus.Pending
                    ? now
                    : now with { Status = suspended ? RunStatus.Suspended : RunStatus.Running },
                cancellationToken);
}
