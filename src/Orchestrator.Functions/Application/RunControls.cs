using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Application;

/// <summary>Steers runs that are under way and deletes those that have ended, for HTTP and the command line alike. Thread-safe.</summary>
public sealed class RunControls(
    RunStore runs, RunReconciler reconciler, RunLifecycle lifecycle, RunDeletion deletion, RunControl control, RunStarter starter, RunDrivers drivers,
    TimeProvider time)
{
    /// <summary>
    /// Asks the run to end: its executing steps are told through the store, its orchestrator by an event. It ends when they have. One that no process drives
    /// ends in this process.
    /// </summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended.</exception>
    public async Task<RunRecord> CancelAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        if (record.IsUpgraded)
        {
            // It has no orchestration that could end it.
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            var ended = await reconciler.ReconcileAsync(client, record, cancellationToken);

            // It was resumed at this moment: the user means the run, so its new attempt is cancelled.
            return ended.HasEnded ? ended : await CancelAsync(client, runId, cancellationToken);
        }

        var run = new RunInput(runId, record.Attempt);
        if (drivers.IsDriven(run) == false)
        {
            // The cancellation is recorded before the run goes on, so that no step of it starts.
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            await drivers.GoOnAsync(run, cancellationToken);
            await reconciler.BeginAsync(client, record, cancellationToken);
        }

        await CancelAsync(client, record.Identity, run, cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return record;
    }

    /// <summary>The same for an attempt that is known to be under way.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    public async Task CancelAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        var record = await runs.FindAsync(run.RunId, cancellationToken) ?? throw new RunNotFoundException(run.RunId);
        await CancelAsync(client, record.Identity, run, cancellationToken);
    }

    private async Task CancelAsync(DurableTaskClient client, RunIdentity identity, RunInput run, CancellationToken cancellationToken)
    {
        await control.CancelAsync(identity, run.RunAttempt, StepReason.Cancel, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.CancelEvent, cancellation: cancellationToken);
    }

    /// <summary>Asks that nothing new starts; executing steps finish, and the run's time stands still.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended, is suspended, or no process drives it.</exception>
    public async Task<RunRecord> SuspendAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        if (record.Status == RunStatus.Suspended)
        {
            throw new RunStateException($"Run '{runId}' is suspended already.", record.Status);
        }

        drivers.CheckDriven(record);
        await control.SuspendAsync(record.Identity, record.Attempt, cancellationToken);
        await client.RaiseEventAsync(new RunInput(runId, record.Attempt).InstanceId, FunctionNames.SuspendEvent, cancellation: cancellationToken);
        return await SetAsync(record, RunStatus.Suspended, cancellationToken);
    }

    /// <summary>Asks a suspended run to go on, however it was suspended.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It is not suspended, or no process drives it.</exception>
    public async Task<RunRecord> ContinueAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        drivers.CheckDriven(record);
        if (record.Status != RunStatus.Suspended)
        {
            throw new RunStateException($"Run '{runId}' is not suspended: it is {Word(record.Status)}.", record.Status);
        }

        var run = new RunInput(runId, record.Attempt);
        await control.ContinueAsync(record.Identity, record.Attempt, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.ContinueEvent, cancellation: cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return await SetAsync(record, RunStatus.Running, cancellationToken);
    }

    /// <summary>Starts a new run with the definition, the inputs and all else that this one was asked for.</summary>
    /// <param name="foreground">The foreground caller; null: the run is for any serving process.</param>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">Nothing of it was started: what it would execute is not known.</exception>
    /// <exception cref="DefinitionRefusedException">This version finds errors in the definition.</exception>
    /// <exception cref="RunRefusedException">It cannot run any more, for instance since a prompt is gone.</exception>
    public async Task<RunInput> RestartAsync(DurableTaskClient client, string runId, ForegroundCaller? foreground, CancellationToken cancellationToken)
    {
        var record = await runs.FindAsync(runId, cancellationToken) ?? throw await NotFoundAsync(runId, cancellationToken);
        await RunReconciler.CheckWrittenAsync(runs, record, cancellationToken);
        if (await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not { } run
            || await runs.GetDefinitionAsync(record.DefinitionHash, cancellationToken) is not { } definition)
        {
            throw new RunRefusedException(
                [new WorkflowError(ErrorKind.InvalidDefinition, $"What run '{runId}' executed is missing: its storage was changed. Start the workflow itself.")]);
        }

        return await starter.StartAsync(
            client,
            new StartRequest
            {
                Definition = definition,
                Inputs = run.AskedInputs(),
                FallbackSlug = record.Workflow,
                FallbackApp = record.App,
                Options = run.Options,
                Only = run.Only,
                Environment = run.Environment,
                Tags = record.Tags,
                Mocks = run.Mocks,
                File = record.File,
                Foreground = foreground,
                Reason = $"Restarted from run '{runId}'.",
            },
            cancellationToken);
    }

    /// <summary>Deletes a run that has ended, or whose record cannot be read: its records, its outputs, its events, and the histories of its orchestrations.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: what is left can be deleted by doing it again.</exception>
    public Task DeleteAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: false, static _ => true, cancellationToken);

    /// <summary>The same for a run that ended long ago: one that was resumed since stays.</summary>
    /// <param name="before">It ended before then.</param>
    /// <exception cref="RunNotFoundException">There is no such run, or it ended later.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: what is left can be deleted by doing it again.</exception>
    public Task DeleteAsync(DurableTaskClient client, string runId, DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: false, record => record.CompletedAt < before, cancellationToken);

    /// <summary>Deletes what is left of a run that has no record, or whose deletion was cut off. A run that began under the id since stays.</summary>
    /// <exception cref="RunNotFoundException">There is nothing, or there is a run.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: what is left can be deleted by doing it again.</exception>
    public Task FinishDeletionAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: true, static _ => false, cancellationToken);

    /// <summary>Deletes whatever is left of a run: its orchestrations are terminated first, so that nothing works on it while it goes.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: what is left can be deleted by doing it again.</exception>
    public Task DeleteWithForceAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        DeleteAsync(client, runId, force: true, static _ => true, cancellationToken);

    /// <param name="mayGo">Decides on a record that is not being deleted yet, as it is when the deletion begins.</param>
    private async Task DeleteAsync(DurableTaskClient client, string runId, bool force, Func<RunRecord, bool> mayGo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var alone = await deletion.LockAsync(runId, cancellationToken);
        RunRecord? record = null;
        var isMarked = false;
        try
        {
            record = await runs.FindAnyAsync(runId, cancellationToken) is { } found
                ? await BeginDeletionAsync(client, found, force, mayGo, cancellationToken)
                : force && await HasLeftoversAsync(client, runId, cancellationToken) && await deletion.BeginAsync(runId, cancellationToken)
                    ? null
                    : throw new RunNotFoundException(runId);
            isMarked = true;
        }
        catch (UnreadableRecordException)
        {
            // Steps of a run whose record cannot be read go on until its orchestrations are terminated.
        }

        var attempts = record?.Attempt ?? await deletion.LastAttemptAsync(runId, cancellationToken);
        if (!await deletion.IsUnderWayAsync(runId, record, cancellationToken))
        {
            return;
        }

        if (isMarked)
        {
            // Before the histories: what deletes a history first writes down who does, and on a full disk this is the room for it.
            await deletion.DeletePartsAsync(runId, cancellationToken);
        }

        if (await RunInstances.PurgeAsync(client, runId, attempts, force || record is null, time, cancellationToken) is { } open)
        {
            var process = drivers.FindUnresponsive(new RunInput(runId, attempts));
            throw new RunStateException(
                $"Run '{runId}' is half deleted: its orchestration '{open}' was terminated and has not ended, since {Silence(process)}. "
                + $"'orchestrator runs delete {runId} --force' finishes it then.",
                RunStatus.Cancelled);
        }

        if (await deletion.IsUnderWayAsync(runId, record, cancellationToken))
        {
            await deletion.FinishAsync(runId, record, cancellationToken);
        }
    }

    private async Task<bool> HasLeftoversAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        await deletion.HasPartsAsync(runId, cancellationToken) || await client.GetInstanceAsync(new RunInput(runId, 1).InstanceId, cancellationToken) is not null;

    /// <summary>From here on no other caller sees the run.</summary>
    private async Task<RunRecord> BeginDeletionAsync(
        DurableTaskClient client, RunRecord record, bool force, Func<RunRecord, bool> mayGo, CancellationToken cancellationToken)
    {
        if (!record.Deleting && !mayGo(record))
        {
            throw new RunNotFoundException(record.RunId);
        }

        if (!force && !record.Deleting)
        {
            record = await reconciler.ReconcileAsync(client, record, cancellationToken);
            CheckEnded(record);
        }

        if (!record.Deleting)
        {
            await CheckAnswersAsync(client, record, cancellationToken);
        }

        if (!record.HasEnded && !record.Deleting)
        {
            await TellEndAsync(record, cancellationToken);
        }

        var taken = await deletion.BeginAsync(record.RunId, now => (now.HasEnded || force) && mayGo(now), cancellationToken);
        if (taken is null)
        {
            CheckEnded(await runs.FindAsync(record.RunId, cancellationToken) ?? throw new RunNotFoundException(record.RunId));
        }

        return taken ?? throw new RunNotFoundException(record.RunId);
    }

    /// <summary>Executing steps are told at once, and callers that follow the run see an end.</summary>
    private async Task TellEndAsync(RunRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            await lifecycle.EndAsync(
                record.Identity, record.Attempt, RunStatus.Cancelled, new WorkflowError(ErrorKind.Cancelled, "The run was deleted with force."), null, cancellationToken);
        }
        catch (ContentStoreException problem) when (problem.IsFull || problem.IsOfOneValue)
        {
            // The disk is full, or a folder is in the place of a file. They see at their next look that the run is gone.
        }
    }

    /// <summary>Nothing is deleted while a process that would have to end first does not answer: what it holds cannot be deleted.</summary>
    private async Task CheckAnswersAsync(DurableTaskClient client, RunRecord record, CancellationToken cancellationToken)
    {
        var run = new RunInput(record.RunId, record.Attempt);
        if (drivers.IsDriven(run) != true)
        {
            return;
        }

        await client.RaiseEventAsync(run.InstanceId, FunctionNames.ProbeEvent, cancellation: cancellationToken);
        if (drivers.FindUnresponsive(run) is { } process)
        {
            throw new RunStateException(
                $"Run '{record.RunId}' was not deleted, and nothing of it: {Silence(process)}. Then delete it again.",
                record.Status);
        }
    }

    private static string Silence(DriverProcess? process) => process is null
        ? "its process does not answer; end that"
        : $"the {process.Name} works on it and did not answer within 10 s. End that process ({process.EndCommand})";

    private void CheckEnded(RunRecord record)
    {
        if (!record.HasEnded)
        {
            throw StillOpen(drivers.Shown(record), null);
        }
    }

    /// <summary>Why a run that has not ended is not deleted, and what can be done.</summary>
    /// <param name="record">With the status to show.</param>
    /// <param name="driver">Which process works on it, in words; null when none does, and where that cannot be told.</param>
    public static RunStateException StillOpen(RunRecord record, string? driver)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (id, works) = (record.RunId, driver is null ? "" : $"; the {driver} works on it");
        return new RunStateException(
            record.Status == RunStatus.Interrupted
                ? $"Run '{id}' is interrupted: no process works on it. 'orchestrator resume {id}' goes on with it; 'orchestrator runs cancel {id}' ends it, then it can be deleted; 'orchestrator runs delete {id} --force' deletes it now."
                : $"Run '{id}' is {Word(record.Status)}{works}: cancel it before it is deleted ('orchestrator runs cancel {id}'). If it cannot end any more: 'orchestrator runs delete {id} --force'.",
            record.Status);
    }

    private async Task<RunNotFoundException> NotFoundAsync(string runId, CancellationToken cancellationToken) =>
        new(runId, await runs.FindAnyAsync(runId, cancellationToken) is not null);

    private static string Word(RunStatus status) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>An orchestration that was suspended by the Durable API hears no events until it is resumed.</summary>
    private static async Task WakeAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(run.InstanceId, cancellationToken) is { RuntimeStatus: OrchestrationRuntimeStatus.Suspended })
        {
            await client.ResumeInstanceAsync(run.InstanceId, cancellation: cancellationToken);
        }
    }

    private async Task<RunRecord> OpenAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var record = await reconciler.FindAsync(client, runId, cancellationToken) ?? throw await NotFoundAsync(runId, cancellationToken);
        return record.HasEnded ? throw new RunStateException($"Run '{runId}' has ended: it is {Word(record.Status)}.", record.Status) : record;
    }

    private Task<RunRecord> SetAsync(RunRecord record, RunStatus status, CancellationToken cancellationToken) => runs.UpdateAsync(
        record.RunId, now => now.HasEnded || now.Identity != record.Identity || now.Attempt != record.Attempt ? now : now with { Status = status }, cancellationToken);
}
