using System.CommandLine;
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
/// <c>orchestrator runs cancel|suspend|continue</c>: asks the process that serves the state folder. When none does, nobody works on the run: then it is
/// cancelled, or goes on, in this process.
/// </summary>
internal static class RunsControlCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Create("cancel", "Cancel a run: what executes is told to end, nothing else starts.", CancelAsync),
        Create("suspend", "Suspend a run: nothing new starts, executing steps finish.", (run, _, _) => throw new RunStateException(
            run.Status == RunStatus.Suspended
                ? $"Run '{run.RunId}' is suspended already."
                : $"Nobody works on run '{run.RunId}' at the moment, so there is nothing to suspend. 'orchestrator resume {run.RunId}' goes on with it.",
            run.Status)),
        Create("continue", "Let a suspended run go on.", ContinueAsync),
    ];

    private static Command Create(string name, string description, Func<RunRecord, LocalAppSettings, Following, Task<int>> here)
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var (noColor, verbose) = (CommonOptions.NoColor(), CommonOptions.Verbose());
        var command = new Command(name, description) { runId, state, storage, json, noColor, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), parsed.Where(state, storage));
            var record = await KeptRuns.FindAsync(where, id, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            var view = new RunView(where, output, parsed.InvocationConfiguration.Error, parsed.GetValue(json), !parsed.GetValue(noColor), null);
            using var served = await ServedFolder.FindAsync(where, cancellationToken);
            if (served is not null)
            {
                var answer = await served.SendAsync(HttpMethod.Post, $"runs/{id}/{name}", null, cancellationToken);
                view.EndElsewhere(answer, $"Asked {served.Address} to {name} run {id}.");
                return ExitCodes.Completed;
            }

            if (record.HasEnded)
            {
                throw new RunStateException($"Run '{id}' has ended: it is {CommonOptions.Word(record.Status)}.", record.Status);
            }

            var settings = new LocalAppSettings(where) { Recovers = LocalAppSettings.InstancesOf(id), Verbose = parsed.GetValue(verbose) };
            return await here(record, settings, new Following(view, cancellationToken));
        });
        return command;
    }

    /// <summary>The wish is written down before the run goes on, so that nothing of it is started any more.</summary>
    private static async Task<int> CancelAsync(RunRecord record, LocalAppSettings settings, Following following)
    {
        using (var control = new RunControl(settings.Storage.OpenExistingContent(), TimeProvider.System, isShared: false))
        {
            await control.CancelAsync(record.RunId, record.Attempt, StepReason.Cancel, following.Cancellation);
        }

        await using var app = await LocalApp.StartAsync(settings, following.Cancellation);
        await app.Services.GetRequiredService<RunControls>().CancelAsync(app.Client, record.RunId, following.Cancellation);
        var code = await new ForegroundRun(app, following.View).FollowAsync(new RunInput(record.RunId, record.Attempt), null, following.Cancellation);

        // That it is cancelled is what was asked for.
        return code == ExitCodes.Cancelled ? ExitCodes.Completed : code;
    }

    private static async Task<int> ContinueAsync(RunRecord record, LocalAppSettings settings, Following following)
    {
        if (record.Status != RunStatus.Suspended)
        {
            throw new RunStateException(
                $"Run '{record.RunId}' is not suspended: it was interrupted. 'orchestrator resume {record.RunId}' goes on with it.", record.Status);
        }

        await using var app = await LocalApp.StartAsync(settings, following.Cancellation);
        await app.Services.GetRequiredService<RunControls>().ContinueAsync(app.Client, record.RunId, following.Cancellation);
        return await new ForegroundRun(app, following.View).FollowAsync(new RunInput(record.RunId, record.Attempt), null, following.Cancellation);
    }

    private sealed record Following(RunView View, CancellationToken Cancellation);
}
