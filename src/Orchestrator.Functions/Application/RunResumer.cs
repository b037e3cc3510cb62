using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Resumes runs from what they have completed, in a next attempt or in a new run (a fork), for HTTP and the command line alike: checks everything
/// before it writes the attempt. Thread-safe.
/// </summary>
public sealed class RunResumer(
    RunStore runs, DefinitionStore definitions, RunReconciler reconciler, RunRegistration registration, ResumePreparation preparation,
    RunSources sources, IRunIds ids, RunDrivers drivers, LostAttempts lost)
{
    /// <summary>Checks the request, writes the attempt (or the new run) and schedules its orchestration.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">The run cannot be resumed as it is.</exception>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, outputs, mocks or the id do not fit.</exception>
    /// <exception cref="RunExistsException">The id of the fork is taken.</exception>
    /// <exception cref="OperationCanceledException">The foreground caller has withdrawn the request.</exception>
    public async Task<RunInput> ResumeAsync(DurableTaskClient client, ResumeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(request);
        var record = await reconciler.RequireAsync(client, request.RunId, cancellationToken);
        var problem = await CheckStateAsync(client, record, request.Fork, cancellationToken);

        // Before the checks, and even if they refuse the request: the check of the budget needs what the earlier attempt cost.
        await (record.IsUpgraded ? lost.RecordUnclaimedAsync(record, cancellationToken) : Task.CompletedTask);
        var run = await PrepareAsync(record, request, cancellationToken);
        var input = new RunInput(run.Prepared.RunId, run.Attempt.N);
        request.Foreground?.Withdrawn.ThrowIfCancellationRequested();
        if (problem is not null)
        {
            // Two runs would go on if its history were restored.
            record = await reconciler.EndWithoutHistoryAsync(record, problem, cancellationToken);
        }

        if (request.Fork)
        {
            // A run is marked as deleted before its parts are deleted, so what was read before this check is complete.
            if (await runs.FindAsync(record.RunId, cancellationToken) is null)
            {
                throw new RunNotFoundException(record.RunId);
            }

            if (await registration.RegisterAsync(run, cancellationToken) is not { Status: RunStatus.Pending })
            {
                throw await ExistsAsync(input.RunId, cancellationToken);
            }
        }
        else if (await registration.ReopenAsync(record, run, cancellationToken) is null)
        {
            throw new RunStateException($"Run '{record.RunId}' was resumed or deleted by another caller at this moment.", record.Status);
        }

        if (request.Foreground is { } foreground)
        {
            await foreground.Recorded(input, cancellationToken);
        }

        await RunInstances.ScheduleAsync(client, input, cancellationToken);
        return input;
    }

    /// <returns>Why the history of an open run is of no use, so that the run ends with the fork; null otherwise.</returns>
    private async Task<string?> CheckStateAsync(DurableTaskClient client, RunRecord record, bool fork, CancellationToken cancellationToken)
    {
        if (!record.HasEnded && !record.IsUpgraded)
        {
            if (fork && await reconciler.FindHistoryProblemAsync(client, record, cancellationToken) is { } problem)
            {
                await RunStarter.CheckStartedAsync(runs, record, cancellationToken);
                return problem;
            }

            drivers.CheckDriven(record);
            throw record.Status == RunStatus.Suspended
                ? RunStateException.NotResumedWhileSuspended(record.RunId)
                : new RunStateException(
                    $"Run '{record.RunId}' has not ended, so there is nothing to resume yet: cancel it first "
                    + $"('orchestrator runs cancel {record.RunId}'), or wait.",
                    record.Status);
        }

        await RunStarter.CheckStartedAsync(runs, record, cancellationToken);
        if (fork)
        {
            return null;
        }

        if (record.Status == RunStatus.Completed)
        {
            throw RunStateException.NothingToResume(record.RunId);
        }

        // Any other failure to read it may pass, so that the request may be repeated.
        var history = await RunHistory.ReadAsync(client, drivers, new RunInput(record.RunId, record.Attempt), cancellationToken);
        return history.Problem is { } found
            ? throw new RunStateException(RunHistory.Explain(record.RunId, found), record.Status)
            : null;
    }

    private async Task<NewRun> PrepareAsync(RunRecord record, ResumeRequest request, CancellationToken cancellationToken)
    {
        var definition = request.Definition ?? await definitions.GetAsync(record.DefinitionHash, cancellationToken)
            ?? throw RunStarter.MissingDefinition(record);
        var runId = request.Fork ? request.ForkAs ?? ids.Next() : record.RunId;
        RunStarter.CheckId(runId);
        if (request.Fork && runId == record.RunId)
        {
            throw await ExistsAsync(runId, cancellationToken);
        }

        var read = sources.Read(definition);
        var before = await runs.FindPreparedAsync(record, record.Attempt, cancellationToken);
        var environment = request.Environment ?? record.Environment;
        var file = request.Definition is null ? record.File : request.File;
        var note = request.Environment is null
            ? null
            : await sources.CheckEnvironmentAsync(read.Workflow!.Definition, file, record.App, environment, cancellationToken);
        var resume = await preparation.PrepareAsync(
            record,
            new RunRequest
            {
                RunId = runId,
                Workflow = read.Workflow!,
                Inputs = request.Inputs,
                Options = request.Options.Over(before?.Options ?? new RunOptions()),
                StreamedStep = request.StreamedStep,
                Environment = environment,
                Mocks = request.Mocks,
                Prompts = sources.Prompts(file, record.App, environment),
            },
            request.From,
            request.Outputs,
            cancellationToken);
        return new NewRun(record.Workflow, record.App)
        {
            Prepared = resume.Run,
            Definition = definition,
            Tags = record.Tags,
            Warnings = RunSources.Warnings(read, note, resume.Run),
            File = file,
            Attempt = new RunAttempt(resume.Run.RunAttempt)
            {
                From = request.From,
                Reason = request.Fork ? $"Forked from run '{record.RunId}'.{(request.Reason is null ? "" : " " + request.Reason)}" : request.Reason,
                By = request.By,
                IsForeground = request.Foreground is not null,
                Changed = resume.Changed,
                Reused = [.. resume.Run.Steps.Select(step => step.Id).Where(resume.Run.Reused!.ContainsKey)],
            },
            Forked = resume.Forked,
            StartKey = request.Fork ? resume.Key : null,
        };
    }

    private async Task<RunExistsException> ExistsAsync(string runId, CancellationToken cancellationToken) =>
        new(runId, await runs.FindAnyAsync(runId, cancellationToken) is { Deleting: true });
}
