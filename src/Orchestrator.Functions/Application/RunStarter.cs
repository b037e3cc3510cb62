using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>Starts runs, for HTTP and the command line alike: checks everything before it writes anything. Thread-safe.</summary>
public sealed class RunStarter(
    RunStore runs, DefinitionStore definitions, RunRegistration registration, RunPreparation preparation, RunSources sources, IRunIds ids)
{
    /// <summary>Checks the request, writes the run and schedules its orchestration.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, mocks or the id do not fit.</exception>
    /// <exception cref="RunExistsException">The id is taken.</exception>
    /// <exception cref="OperationCanceledException">The foreground caller has withdrawn the request.</exception>
    public async Task<RunInput> StartAsync(DurableTaskClient client, StartRequest request, CancellationToken cancellationToken) =>
        await StartAsync(client, await PrepareAsync(request, cancellationToken), request.Foreground, cancellationToken);

    /// <summary>Checks the request and writes nothing.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    /// <exception cref="RunRefusedException">Inputs, prompts, mocks or the id do not fit.</exception>
    public async Task<NewRun> PrepareAsync(StartRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var read = sources.Read(request.Definition);
        var definition = read.Workflow!.Definition;
        var runId = request.RunId ?? ids.Next();
        CheckId(runId);
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
        return new NewRun(definition.Slug ?? request.FallbackSlug ?? "workflow", app)
        {
            Prepared = prepared,
            Definition = request.Definition,
            Tags = request.Tags,
            StartKey = request.StartKey,
            Warnings = RunSources.Warnings(read, note, prepared),
            File = request.File,
            Attempt = new RunAttempt(1) { Reason = request.Reason, IsForeground = request.Foreground is not null },
        };
    }

    /// <summary>Writes the run and schedules its orchestration. A request with a key may be repeated, also after a crash midway.</summary>
    /// <param name="run">From <see cref="PrepareAsync"/>.</param>
    /// <param name="foreground">The foreground caller; null: any serving process drives the run.</param>
    /// <exception cref="RunExistsException">Another request's run has the id.</exception>
    /// <exception cref="OperationCanceledException">The foreground caller has withdrawn the request.</exception>
    public async Task<RunInput> StartAsync(
        DurableTaskClient client, NewRun run, ForegroundCaller? foreground, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        var input = new RunInput(run.Prepared.RunId, 1);
        foreground?.Withdrawn.ThrowIfCancellationRequested();
        var record = await registration.RegisterAsync(run, cancellationToken)
            ?? throw new RunExistsException(input.RunId, await runs.FindAnyAsync(input.RunId, cancellationToken) is { Deleting: true });
        if (record.Status != RunStatus.Pending)
        {
            return input;
        }

        if (foreground is not null)
        {
            await foreground.Recorded(input, cancellationToken);
        }

        await RunInstances.ScheduleAsync(client, input, cancellationToken);
        return input;
    }

    /// <summary>Starts a new run with the definition, the inputs and all options of an earlier one.</summary>
    /// <param name="foreground">The foreground caller; null: any serving process drives the run.</param>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">Nothing of the run was started, so what it executes is not known.</exception>
    /// <exception cref="DefinitionRefusedException">This version finds errors in the definition.</exception>
    /// <exception cref="RunRefusedException">It cannot run any more, for instance because a prompt was deleted.</exception>
    public async Task<RunInput> RestartAsync(
        DurableTaskClient client, string runId, ForegroundCaller? foreground, CancellationToken cancellationToken)
    {
        var record = await runs.FindAsync(runId, cancellationToken) ?? throw await RunNotFoundException.CreateAsync(runs, runId, cancellationToken);
        await CheckStartedAsync(runs, record, cancellationToken);
        var run = await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) ?? throw RunStore.MissingPrepared(record, record.Attempt);
        var definition = await definitions.GetAsync(record.DefinitionHash, cancellationToken) ?? throw MissingDefinition(record);
        var request = new StartRequest
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
        };
        return await StartAsync(client, request, cancellationToken);
    }

    /// <summary>Refuses to continue from a run of which nothing was started.</summary>
    /// <exception cref="RunStateException">Its process ended while it wrote the run down.</exception>
    /// <exception cref="UnreadableRecordException">What it executes cannot be read.</exception>
    public static async Task CheckStartedAsync(RunStore runs, RunRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (await runs.IsUnwrittenAsync(record, cancellationToken))
        {
            throw RunStateException.NothingStarted(record);
        }
    }

    /// <summary>The definition of a run is missing; a start of it writes it again.</summary>
    internal static RunRefusedException MissingDefinition(RunRecord record) => new(
    [
        new WorkflowError(
            ErrorKind.InvalidDefinition,
            $"The definition of run '{record.RunId}' is missing: its storage was changed. A start of it"
            + $"{(record.File is null ? "" : $" ('{record.File}')")} writes it again, "
            + "and a resume takes it with --definition, over HTTP 'definition'."),
    ]);

    /// <exception cref="RunRefusedException">The id is not valid.</exception>
    internal static void CheckId(string runId)
    {
        if (!NameRules.RunId.IsMatch(runId))
        {
            var message = $"The run id '{runId}' must have 1 to 64 letters a-z or A-Z, digits, _ or -, and be {NameRules.NoDevice}.";
            throw new RunRefusedException([new WorkflowError(ErrorKind.InvalidInput, message)]);
        }
    }
}

/// <summary>
/// A caller that waits for the end of the run. When it ends before, no serving process continues the run, so that it causes no further cost.
/// </summary>
/// <param name="Recorded">Called and awaited when the run is recorded, before any step of it starts.</param>
/// <param name="Withdrawn">Withdraws the request until the run is recorded; then nothing is written.</param>
public sealed record ForegroundCaller(Func<RunInput, CancellationToken, Task> Recorded, CancellationToken Withdrawn);

/// <summary>There is a run of the id; it was not changed.</summary>
/// <param name="isBeingDeleted">Whether the deletion of the run has begun; it may have been interrupted.</param>
public sealed class RunExistsException(string runId, bool isBeingDeleted = false)
    : Exception($"There is a run '{runId}' already{(isBeingDeleted ? $", of which parts are left. {HowToFinish(runId)}" : ".")}")
{
    /// <summary>The id that is taken.</summary>
    public string RunId { get; } = runId;

    internal static string HowToFinish(string runId) =>
        $"It is half deleted: unless another process deletes it at this moment, 'orchestrator runs delete {runId}' finishes that.";
}
