using System.CommandLine;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>orchestrator runs cancel|suspend|continue</c>: asks the process that drives the run. When none does, this process cancels or continues the run
/// itself.
/// </summary>
internal static class RunsControlCommands
{
    private const string Cancel = "cancel";

    /// <summary>Steers a run through its record and its orchestration.</summary>
    private delegate Task<RunRecord> Steer(RunSteering steering, DurableTaskClient client, string runId, CancellationToken cancellationToken);

    public static IEnumerable<Command> Create() =>
    [
        Create(
            Cancel,
            "Cancel a run: what executes is told to end, nothing else starts.",
            (steering, client, id, stop) => steering.CancelAsync(client, id, stop),
            CancelAsync),
        Create(
            "suspend",
            "Suspend a run: nothing new starts, executing steps finish.",
            (steering, client, id, stop) => steering.SuspendAsync(client, id, stop),
            SuspendAsync),
        Create(
            "continue",
            "Let a suspended run go on.",
            (steering, client, id, stop) => steering.ContinueAsync(client, id, stop),
            ContinueAsync),
    ];

    /// <param name="steer">Steers a run that another process drives.</param>
    /// <param name="here">Executes the command in this process, for a run that no process drives.</param>
    private static Command Create(string name, string description, Steer steer, Func<UndrivenRun, CancellationToken, Task<int>> here)
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var options = new ForegroundOptions(CommonOptions.KeptStorage());
        var command = new Command(name, description) { runId };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Interrupts.RunAsync(async interrupts =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), options.Where(parsed));
            await using var view = options.View(parsed);
            var record = await where.RequireRunAsync(id, cancellationToken);
            if (name == Cancel && record.HasEnded)
            {
                // None of its steps executes, as requested.
                view.End(id, record.Status, HasEnded(record));
                return ExitCodes.Completed;
            }

            // A cancelled run may have final steps that ask a model, so that the settings are those of a run in the foreground.
            var settings = options.Settings(parsed, id);
            var run = new RunInput(id, record.Attempt);
            using var serving = await ServingProcess.FindAsync(where, cancellationToken);
            if (serving is not null && (record.HasEnded || where.FindDriver(run) is not null))
            {
                var answer = await serving.SendAsync(HttpMethod.Post, $"runs/{id}/{name}", cancellationToken);
                view.End(answer, $"Asked {serving.Address} to {name} run {id}.");
                return ExitCodes.Completed;
            }

            if (record.HasEnded)
            {
                throw new RunStateException(HasEnded(record), record.Status);
            }

            var problem = where.FindDriver(run) is null ? await where.FindHistoryProblemAsync(run, record.Status, cancellationToken) : null;
            if (record.IsUpgraded || problem is not null)
            {
                // The run has no orchestration that could be followed.
                await using var app = await LocalApp.StartAsync(settings, cancellationToken);
                var steered = await steer(app.Services.GetRequiredService<RunSteering>(), app.Client, id, cancellationToken);
                var reason = problem is null ? "" : $" {steered.Error?.Message}".TrimEnd();
                view.End(id, steered.Status, $"Run '{id}' is {Wording.Name(steered.Status)}.{reason}");
                return ExitCodes.Completed;
            }

            if (where.FindDriver(run) is { } driver)
            {
                await AskDriverAsync(name, run, driver, settings, steer, view, cancellationToken);
                return ExitCodes.Completed;
            }

            return await here(new UndrivenRun(record, settings, view, interrupts), cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static string HasEnded(RunRecord record) => $"Run '{record.RunId}' has ended: it is {Wording.Name(record.Status)}.";

    /// <summary>Writes the request where the process that drives the run reads it.</summary>
    /// <exception cref="RunStateException">The process does not answer.</exception>
    private static async Task AskDriverAsync(
        string name, RunInput run, string driver, LocalAppSettings settings, Steer steer, RunView view, CancellationToken cancellationToken)
    {
        var id = run.RunId;
        await using var app = await LocalApp.StartAsync(settings, cancellationToken);
        var steered = await steer(app.Services.GetRequiredService<RunSteering>(), app.Client, id, cancellationToken);
        if (app.Services.GetRequiredService<RunDrivers>().FindUnresponsive(run) is { } unresponsive)
        {
            throw new RunStateException(
                $"The {unresponsive.Name} works on run '{id}' and did not answer within 10 s. "
                + $"It is asked to {name} the run and does that when it goes on. "
                + $"If it does not go on, end it ({unresponsive.EndCommand}), then 'orchestrator runs {name} {id}' again.",
                steered.Status);
        }

        view.End(id, steered.Status, $"Asked the {driver} to {name} run {id}: it does within two seconds.");
    }

    /// <summary>Records the cancellation before the run is continued, so that no step of it starts.</summary>
    private static async Task<int> CancelAsync(UndrivenRun run, CancellationToken cancellationToken)
    {
        run = await KeepModelsAsync(run, finalOnly: true, cancellationToken);
        var control = new RunControl(run.Settings.Storage.OpenExistingContent(), TimeProvider.System);
        await control.CancelAsync(run.Record.Identity, run.Record.Attempt, StepReason.Cancel, cancellationToken);

        var code = await FollowAsync(run, async (controls, client, id, stop) =>
        {
            try
            {
                return await controls.CancelAsync(client, id, stop);
            }
            catch (RunStateException ended) when (ended.Status == RunStatus.Cancelled)
            {
                // Another version began its orchestration, which has failed by now, and the recorded cancellation has ended the run.
                return run.Record;
            }
        }, cancellationToken);

        // The run is cancelled, as requested.
        return code == ExitCodes.Cancelled ? ExitCodes.Completed : code;
    }

    private static Task<int> SuspendAsync(UndrivenRun run, CancellationToken cancellationToken) => throw (run.Record.Status == RunStatus.Suspended
        ? RunStateException.SuspendedAlready(run.Record.RunId)
        : RunStateException.NotDriven(run.Record));

    private static async Task<int> ContinueAsync(UndrivenRun run, CancellationToken cancellationToken)
    {
        if (run.Record.Status != RunStatus.Suspended)
        {
            throw RunStateException.NotDriven(run.Record);
        }

        run = await KeepModelsAsync(run, finalOnly: false, cancellationToken);
        return await FollowAsync(run, (steering, client, id, stop) => steering.ContinueAsync(client, id, stop), cancellationToken);
    }

    /// <summary>The run with settings for the kind of model that answered when it was started.</summary>
    /// <param name="finalOnly">Whether only the final steps are executed.</param>
    /// <exception cref="RunRefusedException">It was a provider, and the simulated model would answer now.</exception>
    private static async Task<UndrivenRun> KeepModelsAsync(UndrivenRun run, bool finalOnly, CancellationToken cancellationToken)
    {
        var (settings, record) = (run.Settings, run.Record);
        PreparedRun? prepared;
        try
        {
            prepared = await settings.Storage.OpenExistingRuns().FindPreparedAsync(record, record.Attempt, cancellationToken);
        }
        catch (UnreadableRecordException)
        {
            // No step of it can be executed.
            return run;
        }

        var (options, _) = settings.ReadOptions(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        return prepared is null || ModelChange.Find(prepared, options.Model is not null, finalOnly) is not { } change ? run
            : prepared.Simulates == true ? run with { Settings = settings with { SimulatesAsStarted = true } }
            : await IsOfAnotherVersionAsync(run, cancellationToken) ? run
            : throw RunSteering.OtherModels(record.RunId, finalOnly ? "Final steps" : "Steps", change);
    }

    /// <summary>Whether another version of orchestrator began the run, so that no step of it can be executed.</summary>
    private static async Task<bool> IsOfAnotherVersionAsync(UndrivenRun run, CancellationToken cancellationToken)
    {
        // Without the run in its settings the app does not continue it.
        await using var app = await LocalApp.StartAsync(run.Settings with { Runs = [] }, cancellationToken);
        return await app.IsOfAnotherVersionAsync(new RunInput(run.Record.RunId, run.Record.Attempt), cancellationToken);
    }

    /// <summary>Continues the run in this process, steers it and follows it until it ends.</summary>
    private static async Task<int> FollowAsync(UndrivenRun undriven, Steer steer, CancellationToken cancellationToken)
    {
        var (record, run) = (undriven.Record, new RunInput(undriven.Record.RunId, undriven.Record.Attempt));
        await using var app = await LocalApp.StartAsync(undriven.Settings, cancellationToken);
        var reconciler = app.Services.GetRequiredService<RunReconciler>();
        if (await app.Services.GetRequiredService<RunStore>().IsUnwrittenAsync(record, cancellationToken)
            && await reconciler.FindAsync(app.Client, run.RunId, cancellationToken) is { Status: RunStatus.Cancelled })
        {
            // There is nothing to follow.
            undriven.View.End(run.RunId, RunStatus.Cancelled, $"Run '{run.RunId}' is cancelled: nothing of it was started.");
            return ExitCodes.Cancelled;
        }

        var foreground = new ForegroundRun(app, undriven.View, undriven.Interrupts);
        await foreground.BeginAsync(run, cancellationToken);
        if (await app.ContinueAsync(run, cancellationToken) is null)
        {
            await reconciler.BeginAsync(app.Client, record, cancellationToken);
        }

        await steer(app.Services.GetRequiredService<RunSteering>(), app.Client, run.RunId, cancellationToken);
        return await foreground.FollowAsync(run, cancellationToken);
    }

    /// <summary>A run that no process drives, and what this process needs to drive it.</summary>
    private sealed record UndrivenRun(RunRecord Record, LocalAppSettings Settings, RunView View, Interrupts Interrupts);
}
