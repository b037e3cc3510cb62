using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Runs;

/// <summary>Steers runs that are under way and deletes those that have ended, for HTTP and the command line alike. Thread-safe.</summary>
public sealed class RunControls(RunStore runs, RunReconciler reconciler, RunControl control, RunStarter starter)
{
    /// <summary>Asks the run to end: its executing steps are told through the store, its orchestrator by an event. It ends when they have.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended.</exception>
    public async Task<RunRecord> CancelAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        var run = new RunInput(runId, record.Attempt);
        await CancelAsync(client, run, cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return record;
    }

    /// <summary>The same for an attempt that is known to be under way.</summary>
    public async Task CancelAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        await control.CancelAsync(run.RunId, run.RunAttempt, StepReason.Cancel, cancellationToken);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.CancelEvent, cancellation: cancellationToken);
    }

    /// <summary>Asks that nothing new starts; executing steps finish, and the run's time stands still.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended, or is suspended.</exception>
    public async Task<RunRecord> SuspendAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        if (record.Status == RunStatus.Suspended)
        {
            throw new RunStateException($"Run '{runId}' is suspended already.", record.Status);
        }

        await client.RaiseEventAsync(new RunInput(runId, record.Attempt).InstanceId, FunctionNames.SuspendEvent, cancellation: cancellationToken);
        return await SetAsync(record, RunStatus.Suspended, cancellationToken);
    }

    /// <summary>Asks a suspended run to go on, however it was suspended.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It is not suspended.</exception>
    public async Task<RunRecord> ContinueAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await OpenAsync(client, runId, cancellationToken);
        if (record.Status != RunStatus.Suspended)
        {
            throw new RunStateException($"Run '{runId}' is not suspended: it is {Word(record.Status)}.", record.Status);
        }

        var run = new RunInput(runId, record.Attempt);
        await client.RaiseEventAsync(run.InstanceId, FunctionNames.ContinueEvent, cancellation: cancellationToken);
        await WakeAsync(client, run, cancellationToken);
        return await SetAsync(record, RunStatus.Running, cancellationToken);
    }

    /// <summary>Starts a new run with the definition, the inputs and all else that this one was asked for.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="DefinitionRefusedException">This version finds errors in the definition.</exception>
    /// <exception cref="RunRefusedException">It cannot run any more, for instance since a prompt is gone.</exception>
    public async Task<RunInput> RestartAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        var record = await runs.FindAsync(runId, cancellationToken) ?? throw new RunNotFoundException(runId);
        if (await runs.FindPreparedAsync(runId, record.Attempt, cancellationToken) is not { } run
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
                Reason = $"Restarted from run '{runId}'.",
            },
            cancellationToken);
    }

    /// <summary>Deletes a run that has ended: its records, its outputs, its events, and the histories of its orchestrations.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    /// <exception cref="ContentStoreException">Something could not be deleted: what is left can be deleted by doing it again.</exception>
    public async Task DeleteAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var record = await reconciler.FindAsync(client, runId, cancellationToken) ?? throw new RunNotFoundException(runId);
        if (!record.HasEnded)
        {
            throw new RunStateException($"Run '{runId}' is {Word(record.Status)}: cancel it before it is deleted.", record.Status);
        }

        for (var attempt = 1; attempt <= record.Attempt; attempt++)
        {
            await PurgeAsync(client, new RunInput(runId, attempt), cancellationToken);
        }

        await runs.DeleteAsync(record, cancellationToken);
    }

    private static string Word(RunStatus status) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>An orchestration that was suspended by the Durable API hears no events until it is resumed.</summary>
    private static async Task WakeAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(run.InstanceId, cancellationToken) is { RuntimeStatus: OrchestrationRuntimeStatus.Suspended })
        {
            await client.ResumeInstanceAsync(run.InstanceId, cancellation: cancellationToken);
        }
    }

    /// <summary>The orchestration writes how the run ended before it ends itself, and only then it can be purged.</summary>
    private static async Task PurgeAsync(DurableTaskClient client, RunInput run, CancellationToken cancellationToken)
    {
        if ((await client.PurgeInstanceAsync(run.InstanceId, cancellationToken)).PurgedInstanceCount == 0
            && await client.GetInstanceAsync(run.InstanceId, cancellationToken) is not null)
        {
            await WakeAsync(client, run, cancellationToken);
            await client.WaitForInstanceCompletionAsync(run.InstanceId, cancellationToken);
            await client.PurgeInstanceAsync(run.InstanceId, cancellationToken);
        }
    }

    private async Task<RunRecord> OpenAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var record = await reconciler.FindAsync(client, runId, cancellationToken) ?? throw new RunNotFoundException(runId);
        return record.HasEnded ? throw new RunStateException($"Run '{runId}' has ended: it is {Word(record.Status)}.", record.Status) : record;
    }

    private Task<RunRecord> SetAsync(RunRecord record, RunStatus status, CancellationToken cancellationToken) => runs.UpdateAsync(
        record.RunId, now => now.HasEnded || now.Attempt != record.Attempt ? now : now with { Status = status }, cancellationToken);
}
