using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Application;

/// <summary>Cancels, suspends and continues runs that have not ended, for HTTP and the command line alike. Thread-safe.</summary>
public sealed class RunSteering(RunStore runs, RunReconciler reconciler, RunControl control, RunDrivers drivers, IChatClientFactory models)
{
    /// <summary>
    /// Requests the end of the run: of its executing steps through the store, of its orchestration by an event. The run ends when its steps have
    /// ended. A run that no process drives ends in this process.
    /// </summary>
    /// <returns>The run as it was, or as it has ended.</returns>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended.</exception>
    /// <exception cref="RunRefusedException">
    /// No process drives it, and its final steps cannot ask the kind of model here that the run was started with. Nothing was changed.
    /// </exception>
    public async Task<RunRecord> CancelAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await runs.FindAsync(runId, cancellationToken) is { } stored
            && await reconciler.FindHistoryProblemAsync(client, stored, cancellationToken) is not null)
        {
            // Nothing of it can be executed any more, not even its final steps, so the reconciler ends the run.
            await control.CancelAsync(stored.Identity, stored.Attempt, StepReason.Cancel, cancellationToken);
            if (await reconciler.ReconcileAsync(client, stored, cancellationToken) is { HasEnded: true } closed)
            {
                return closed;
            }
        }

        var record = await RequireOpenAsync(client, runId, cancellationToken);
        if (record.IsUpgraded)
        {
            // Its orchestration has failed, so the reconciler ends the run.
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            var ended = await reconciler.ReconcileAsync(client, record, cancellationToken);

            // When another caller resumed it meanwhile, the new attempt is cancelled: the request is for the run.
            return ended.HasEnded ? ended : await CancelAsync(client, runId, cancellationToken);
        }

        var run = new RunInput(runId, record.Attempt);
        if (drivers.IsDriven(run) == false)
        {
            await CheckModelsAsync(record, run, cancellationToken);

            // The cancellation is recorded before the run is continued, so that no step of it starts.
            await control.CancelAsync(record.Identity, record.Attempt, StepReason.Cancel, cancellationToken);
            await drivers.ContinueAsync(run, cancellationToken);
            await reconciler.BeginAsync(client, record, cancellationToken);
        }

        await CancelAsync(client, record.Identity, run, cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return record;
    }

    /// <summary>Requests the end of an attempt that is known to be under way.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    public async Task CancelAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        var record = await runs.FindAsync(run.RunId, cancellationToken) ?? throw new RunNotFoundException(run.RunId);
        await CancelAsync(client, record.Identity, run, cancellationToken);
    }

    /// <summary>
    /// Requests that no further steps start. Executing steps finish, and the run's time limit is not used up while it is suspended.
    /// </summary>
    /// <returns>The run, suspended.</returns>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended, is suspended, or no process drives it.</exception>
    public async Task<RunRecord> SuspendAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await RequireOpenAsync(client, runId, cancellationToken);
        if (record.Status == RunStatus.Suspended)
        {
            throw RunStateException.SuspendedAlready(runId);
        }

        drivers.CheckDriven(record);
        await control.SuspendAsync(record.Identity, record.Attempt, cancellationToken);
        await client.RaiseEventAsync(new RunInput(runId, record.Attempt).InstanceId, FunctionNames.SuspendEvent, cancellation: cancellationToken);
        return await SetStatusAsync(record, RunStatus.Suspended, cancellationToken);
    }

    /// <summary>Continues a suspended run, whether it was suspended here or by the Durable API.</summary>
    /// <returns>The run, running.</returns>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It is not suspended, or no process drives it.</exception>
    public async Task<RunRecord> ContinueAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await RequireOpenAsync(client, runId, cancellationToken);
        drivers.CheckDriven(record);
        if (record.Status != RunStatus.Suspended)
        {
            throw new RunStateException($"Run '{runId}' is not suspended: it is {EnumNames.Of(record.Status)}.", record.Status);
        }

        var run = new RunInput(runId, record.Attempt);
        await control.ContinueAsync(record.Identity, record.Attempt, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.ContinueEvent, cancellation: cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return await SetStatusAsync(record, RunStatus.Running, cancellationToken);
    }

    /// <summary>The refusal to execute steps of a run without the kind of model that it was started with.</summary>
    /// <param name="steps">Which steps, at the start of a sentence.</param>
    /// <param name="obstacle">Why the model is not there and what to set, as sentences.</param>
    public static RunRefusedException OtherModels(string runId, string steps, string obstacle) =>
        new([new WorkflowError(ErrorKind.Unavailable, $"{steps} of run '{runId}' would ask a model, so nothing was changed. {obstacle}")]);

    /// <summary>Refuses to execute the final steps of a run here without the kind of model that it was started with.</summary>
    private async Task CheckModelsAsync(RunRecord record, RunInput run, CancellationToken cancellationToken)
    {
        try
        {
            if (await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is { } prepared
                && ModelChange.FindObstacle(prepared, models, finalOnly: true) is { } obstacle
                && !await drivers.IsOfAnotherVersionAsync(run, cancellationToken))
            {
                throw OtherModels(record.RunId, "Final steps", obstacle);
            }
        }
        catch (UnreadableRecordException)
        {
            // No step of it can be executed.
        }
    }

    private async Task CancelAsync(DurableTaskClient client, RunIdentity identity, RunInput run, CancellationToken cancellationToken)
    {
        await control.CancelAsync(identity, run.RunAttempt, StepReason.Cancel, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.CancelEvent, cancellation: cancellationToken);
    }

    /// <summary>Resumes an orchestration that was suspended by the Durable API: until then it receives no events.</summary>
    private static async Task WakeAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(run.InstanceId, cancellationToken) is { RuntimeStatus: OrchestrationRuntimeStatus.Suspended })
        {
            await client.ResumeInstanceAsync(run.InstanceId, cancellation: cancellationToken);
        }
    }

    private async Task<RunRecord> RequireOpenAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await reconciler.RequireAsync(client, runId, cancellationToken);
        return record.HasEnded
            ? throw new RunStateException($"Run '{runId}' has ended: it is {EnumNames.Of(record.Status)}.", record.Status)
            : record;
    }

    private Task<RunRecord> SetStatusAsync(RunRecord record, RunStatus status, CancellationToken cancellationToken) => runs.UpdateAsync(
        record.Identity,
        now => now.HasEnded || now.Identity != record.Identity || now.Attempt != record.Attempt ? now : now with { Status = status },
        cancellationToken);
}
