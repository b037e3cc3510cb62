using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>Starts runs, for HTTP and the command line alike: everything is checked before anything is written. Thread-safe.</summary>
public sealed class RunStarter(RunStore runs, RunRegistration registration, RunPreparation preparation, RunSources sources, IRunIds ids)
{
    /// <summary>Checks the request, writes the run and schedules its orchestration.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, mocks or the id do not fit.</exception>
    /// <exception cref="RunExistsException">The id is taken.</exception>
    public async Task<RunInput> StartAsync(DurableTaskClient client, StartRequest request, CancellationToken cancellationToken) =>
        await StartAsync(client, await PrepareAsync(request, cancellationToken), cancellationToken);

    /// <summary>Checks the request. Nothing is written.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, mocks or the id do not fit.</exception>
    public async Task<PreparedStart> PrepareAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var read = sources.Read(request.Definition);
        var definition = read.Workflow!.Definition;
        var runId = request.RunId ?? ids.Next();
        if (!NameRules.RunId.IsMatch(runId))
        {
            throw new RunRefusedException(
                [new WorkflowError(ErrorKind.InvalidInput, $"The run id '{runId}' must have 1 to 64 letters, digits, _ or -, and be {NameRules.NoDevice}.")]);
        }

        var app = definition.AppName ?? request.FallbackApp;
        var note = await sources.CheckEnvironmentAsync(definition, request.File, app, request.Environment, cancellationToken);
        var prepared = await preparation.PrepareAsync(
            new RunRequest
            {
                RunId = runId,
                Workflow = read.Workflow,
                Inputs = request.Inputs,
                Options = request.Options,
                StreamedStep = request.StreamedStep,
                Only = request.Only,
                Environment = request.Environment,
                Mocks = request.Mocks,
                Prompts = sources.Prompts(request.File, app, request.Environment),
            },
            cancellationToken);
        var record = new NewRun(definition.Slug ?? request.FallbackSlug ?? "workflow", app)
        {
            Definition = request.Definition,
            Tags = request.Tags,
            StartKey = request.StartKey,
            Warnings = [.. read.Diagnostics.Select(diagnostic => diagnostic.Message).Concat(note is null ? [] : [note]).Concat(prepared.Warnings).Distinct(StringComparer.Ordinal)],
            File = request.File,
            First = new RunAttempt(1) { Reason = request.Reason, IsForeground = request.Foreground is not null },
        };
        return new PreparedStart(record, prepared, request.Foreground);
    }

    /// <summary>Writes the run and schedules its orchestration; the same request may come again, also after a crash half-way.</summary>
    /// <exception cref="RunExistsException">Another request's run has the id.</exception>
    /// <exception cref="OperationCanceledException">The foreground caller has withdrawn the request.</exception>
    public async Task<RunInput> StartAsync(DurableTaskClient client, PreparedStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(start);
        var input = new RunInput(start.Prepared.RunId, 1);
        start.Foreground?.Withdrawn.ThrowIfCancellationRequested();
        var record = await registration.RegisterAsync(start.Run, start.Prepared, cancellationToken)
            ?? throw new RunExistsException(input.RunId, await runs.FindAnyAsync(input.RunId, cancellationToken) is { Deleting: true });
        if (record.Status != RunStatus.Pending)
        {
            return input;
        }

        if (start.Foreground is { } foreground)
        {
            await foreground.Recorded(input, cancellationToken);
        }

        await RunInstances.ScheduleAsync(client, input, cancellationToken);
        return input;
    }
}
