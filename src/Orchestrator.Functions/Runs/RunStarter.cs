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
    /// <summary>Checks the request, writes the run and schedules its orchestration.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, mocks or the id do not fit.</exception>
    /// <exception cref="RunExistsException">The id is taken.</exception>
    public async Task<RunInput> StartAsync(DurableTaskClient client, StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
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
            Warnings = [.. read.Diagnostics.Select(diagnostic => diagnostic.Message)],
        };
        if (!await lifecycle.RegisterAsync(record, prepared, cancellationToken))
        {
            throw new RunExistsException(runId);
        }

        var input = new RunInput(runId, 1);
        await client.ScheduleNewOrchestrationInstanceAsync(
            FunctionNames.WorkflowRun, input, new StartOrchestrationOptions(input.InstanceId), cancellationToken);
        return input;
    }
}
