using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Reading;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Runs;

/// <summary>Starts runs, for HTTP and the command line alike: everything is checked before anything is written. Thread-safe.</summary>
/// <param name="prompts">The host's own prompts.</param>
/// <param name="stored">Where prompts are looked for last.</param>
public sealed class RunStarter(
    RunLifecycle lifecycle, RunPreparation preparation, ToolSet tools, IEnumerable<IPromptSource> prompts, PromptStore stored, IRunIds ids)
{
    /// <summary>An instance in any of these states was started by the same request.</summary>
    private static readonly OrchestrationRuntimeStatus[] StartedBefore =
    [
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
    ];

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
        var read = WorkflowReader.Read(request.Definition.Span, tools.Known);
        if (read.Workflow is null)
        {
            throw new DefinitionRefusedException(read.Diagnostics);
        }

        var runId = request.RunId ?? ids.Next();
        if (!NameRules.RunId.IsMatch(runId))
        {
            throw new RunRefusedException(
                [new WorkflowError(ErrorKind.InvalidInput, $"The run id '{runId}' must have 1 to 64 letters, digits, _ or -.")]);
        }

        var app = read.Workflow.Definition.AppName ?? request.FallbackApp;
        var prepared = await preparation.PrepareAsync(
            new RunRequest
            {
                RunId = runId,
                Workflow = read.Workflow,
                Inputs = request.Inputs,
                Model = request.Model,
                MaxParallelism = request.MaxParallelism,
                Budget = request.Budget,
                MaxDuration = request.MaxDuration,
                OnStepFailure = request.OnStepFailure,
                Stream = request.Stream,
                StreamedStep = request.StreamedStep,
                Only = request.Only,
                Environment = request.Environment,
                Mocks = request.Mocks,
                Prompts = [.. request.Prompts, .. prompts, stored.SourceFor(app, request.Environment)],
            },
            cancellationToken);
        var record = new NewRun(read.Workflow.Definition.Slug ?? request.FallbackSlug ?? "workflow", app)
        {
            Definition = request.Definition,
            Tags = request.Tags,
            StartKey = request.StartKey,
            Warnings = [.. read.Diagnostics.Select(diagnostic => diagnostic.Message)],
        };
        return new PreparedStart(record, prepared);
    }

    /// <summary>Writes the run and schedules its orchestration; the same request may come again, also after a crash half-way.</summary>
    /// <exception cref="RunExistsException">Another request's run has the id.</exception>
    public async Task<RunInput> StartAsync(DurableTaskClient client, PreparedStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(start);
        var input = new RunInput(start.Prepared.RunId, 1);
        var record = await lifecycle.RegisterAsync(start.Run, start.Prepared, cancellationToken) ?? throw new RunExistsException(input.RunId);
        if (record.Status != RunStatus.Pending)
        {
            return input;
        }

        var options = new StartOrchestrationOptions(input.InstanceId);
        if (start.Run.StartKey is not null)
        {
            options = options.WithDedupeStatuses(StartedBefore);
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(FunctionNames.WorkflowRun, input, options, cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException) when (start.Run.StartKey is not null)
        {
            // The same request was here before, or is here at this moment.
        }

        return input;
    }
}
