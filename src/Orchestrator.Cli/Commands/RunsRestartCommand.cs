using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs restart</c>: a new run with the same definition and inputs.</summary>
internal static class RunsRestartCommand
{
    public static Command Create()
    {
        var runId = new Argument<string>("runId") { Description = "The run whose definition and inputs are used again." };
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var (noColor, verbose) = (CommonOptions.NoColor(), CommonOptions.Verbose());
        var command = new Command("restart", "Start a new run with the same definition and inputs.") { runId, state, storage, json, noColor, verbose };
        command.SetAction((parsed, cancellationToken) => Interrupts.WatchAsync(async interrupts =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), parsed.Where(state, storage));
            await KeptRuns.FindAsync(where, id, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            var view = new RunView(where, output, parsed.InvocationConfiguration.Error, parsed.GetValue(json), !parsed.GetValue(noColor), null);
            await using var app = await LocalApp.StartAsync(new LocalAppSettings(where) { SimulatesWithoutProvider = true, Verbose = parsed.GetValue(verbose) }, interrupts.Asked);
            var foreground = new ForegroundRun(app, view, interrupts);
            var run = await app.Services.GetRequiredService<RunControls>().RestartAsync(app.Client, id, foreground.Caller, cancellationToken);
            return await foreground.FollowAsync(run, cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
