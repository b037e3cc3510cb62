using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>orchestrator runs cancel|suspend|continue</c>: asks the process that works on the run, wherever it runs. When none does, the run is cancelled, or
/// goes on, in this process.
/// </summary>
internal static class RunsControlCommands
{
    private const string Cancel = "cancel";

    public static IEnumerable<Command> Create() =>
    [
        Create(Cancel, "Cancel a run: what executes is told to end, nothing else starts.", (controls, client, id, stop) => controls.CancelAsync(client, id, stop), CancelAsync),
        Create("suspend", "Suspend a run: nothing new starts, executing steps finish.", (controls, client, id, stop) => controls.SuspendAsync(client, id, stop), (here, _) =>
            throw (here.Record.Status == RunStatus.Suspended
                ? new RunStateException($"Run '{here.Record.RunId}' is suspended already.", here.Record.Status)
                : RunDrivers.NotDriven(here.Record))),
        Create("continue", "Let a suspended run go on.", (controls, client, id, stop) => controls.ContinueAsync(client, id, stop), ContinueAsync),
    ];

    private static Command Create(
        string name, string description, Func<RunControls, DurableTaskClient, string, CancellationToken, Task<RunRecord>> elsewhere, Func<Here, CancellationToken, Task<int>> here)
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var (noColor, verbose) = (CommonOptions.NoColor(), CommonOptions.Verbose());
        var command = new Command(name, description) { runId, state, storage, json, noColor, verbose };
        command.SetAction((parsed, cancellationToken) => Interrupts.WatchAsync(async interrupts =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), parsed.Where(state, storage));
            var record = await KeptRuns.FindAsync(where, id, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            var view = new RunView(where, output, parsed.InvocationConfiguration.Error, parsed.GetValue(json), !parsed.GetValue(noColor), null);
            if (name == Cancel && record.HasEnded)
            {
                // None of its steps executes, as requested.
                var word = CommonOptions.Word(record.Status);
                view.EndElsewhere(new JsonObject { ["runId"] = id, ["status"] = word }, $"Run '{id}' has ended: it is {word}.");
                return ExitCodes.Completed;
            }

            // A run that goes on here is in the foreground, as with resume; one that is cancelled may have final steps that ask a model.
            var settings = new LocalAppSettings(where) { Runs = [id], SimulatesWithoutProvider = true, Verbose = parsed.GetValue(verbose) };
            var run = new RunInput(id, record.Attempt);
            using var served = await ServedFolder.FindAsync(where, cancellationToken);
            if (served is not null && (record.HasEnded || where.FindDriver(run) is not null))
            {
                var answer = await served.SendAsync(HttpMethod.Post, $"runs/{id}/{name}", null, cancellationToken);
                view.EndElsewhere(answer, $"Asked {served.Address} to {name} run {id}.");
                return ExitCodes.Completed;
            }

            if (record.HasEnded)
            {
                throw new RunStateException($"Run '{id}' has ended: it is {CommonOptions.Word(record.Status)}.", record.Status);
            }

            if (record.IsUpgraded)
            {
                // No orchestration is left that could be followed.
                await using var app = await LocalApp.StartAsync(settings, cancellationToken);
                var done = await elsewhere(app.Services.GetRequiredService<RunControls>(), app.Client, id, cancellationToken);
                view.EndElsewhere(new JsonObject { ["runId"] = id, ["status"] = CommonOptions.Word(done.Status) }, $"Run '{id}' is {CommonOptions.Word(done.Status)}.");
                return ExitCodes.Completed;
            }

            if (where.FindDriver(run) is { } driver)
            {
                await using var app = await LocalApp.StartAsync(settings, cancellationToken);
                var asked = await elsewhere(app.Services.GetRequiredService<RunControls>(), app.Client, id, cancellationToken);
                if (app.Services.GetRequiredService<RunDrivers>().FindUnresponsive(run) is { } silent)
                {
                    throw new RunStateException(
                        $"The {silent.Name} works on run '{id}' and did not answer within 10 s. It is asked to {name} the run and does that when it goes on. "
                        + $"If it does not go on, end it ({silent.EndCommand}), then 'orchestrator runs {name} {id}' again.",
                        asked.Status);
                }

                view.EndElsewhere(
                    new JsonObject { ["runId"] = id, ["status"] = CommonOptions.Word(asked.Status) }, $"Asked the {driver} to {name} run {id}: it does within two seconds.");
                return ExitCodes.Completed;
            }

            return await here(new Here(record, settings, view, interrupts), cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>The cancellation is recorded before the run goes on, so that no step of it starts.</summary>
    private static async Task<int> CancelAsync(Here here, CancellationToken cancellationToken)
    {
        var control = new RunControl(here.Settings.Storage.OpenExistingContent(), TimeProvider.System);
        await control.CancelAsync(here.Record.Identity, here.Record.Attempt, StepReason.Cancel, cancellationToken);

        var code = await FollowAsync(here, async (controls, client, id, stop) =>
        {
            try
            {
                await controls.CancelAsync(client, id, stop);
            }
            catch (RunStateException ended) when (ended.Status == RunStatus.Cancelled)
            {
                // Another version began its orchestration: that has failed by now, and the recorded cancellation ended the run.
            }
        }, cancellationToken);

        // It is cancelled, as requested.
        return code == ExitCodes.Cancelled ? ExitCodes.Completed : code;
    }

    private static Task<int> ContinueAsync(Here here, CancellationToken cancellationToken) => here.Record.Status == RunStatus.Suspended
        ? FollowAsync(here, (controls, client, id, stop) => controls.ContinueAsync(client, id, stop), cancellationToken)
        : throw RunDrivers.NotDriven(here.Record);

    private static async Task<int> FollowAsync(
        Here here, Func<RunControls, DurableTaskClient, string, CancellationToken, Task> steer, CancellationToken cancellationToken)
    {
        var run = new RunInput(here.Record.RunId, here.Record.Attempt);
        await using var app = await LocalApp.StartAsync(here.Settings, cancellationToken);
        if (await app.Services.GetRequiredService<RunStore>().IsUnwrittenAsync(here.Record, cancellationToken)
            && await app.Services.GetRequiredService<RunReconciler>().FindAsync(app.Client, run.RunId, cancellationToken) is { Status: RunStatus.Cancelled })
        {
            // There is nothing to follow.
            here.View.EndElsewhere(
                new JsonObject { ["runId"] = run.RunId, ["status"] = CommonOptions.Word(RunStatus.Cancelled) }, $"Run '{run.RunId}' is cancelled: nothing of it was started.");
            return ExitCodes.Cancelled;
        }

        var foreground = new ForegroundRun(app, here.View, here.Interrupts);
        await foreground.BeginAsync(run, cancellationToken);
        if (await app.GoOnAsync(run, cancellationToken) is null)
        {
            await app.Services.GetRequiredService<RunReconciler>().BeginAsync(app.Client, here.Record, cancellationToken);
        }

        await steer(app.Services.GetRequiredService<RunControls>(), app.Client, run.RunId, cancellationToken);
        return await foreground.FollowAsync(run, cancellationToken);
    }

    private sealed record Here(RunRecord Record, LocalAppSettings Settings, RunView View, Interrupts Interrupts);
}
