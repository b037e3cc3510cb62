using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Activities.Resuming;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions;
using Orchestrator.Functions.Runs;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator serve</c>: the whole app on this machine, and every unfinished run of its storage goes on.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Number("--port", "The port on this machine; 0 for any free one.", 0, 65_535);
        port.DefaultValueFactory = _ => 7071;
        var address = new Option<string>("--address")
        {
            Description = $"The address to listen on; any but this machine's own needs a key in {ServeKey.Variable}.",
            HelpName = "IP",
            DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
        };
        var prompts = new Option<string?>("--prompts") { Description = "A folder with the prompts that runs refer to.", HelpName = "DIR" };
        var mocks = new Option<bool>("--allow-mocks") { Description = "Accept runs that bring scripted answers instead of calling models." };
        var noContinue = new Option<bool>("--no-continue") { Description = "Go on with no unfinished run of an earlier process." };
        var model = CommonOptions.Model(
            "The simulated model, which then answers for every model with made-up texts: simulated, or simulated:latency=300,tokensPerSecond=80.", "simulated");
        model.Validators.Add(OnlySimulated);
        var (state, storage, verbose) = (CommonOptions.State(), CommonOptions.Storage(), CommonOptions.Verbose());
        var command = new Command("serve", "Serve the API on this machine and go on with unfinished runs.") { port, address, prompts, mocks, noContinue, model, state, storage, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Before anything starts: steps of unfinished runs may be in flight before the listing is printed.
            using var interrupts = new Interrupts(handled: 2);
            var settings = new LocalAppSettings(parsed.Where(state, storage))
            {
                Prompts = parsed.GetValue(prompts),
                Verbose = parsed.GetValue(verbose),
                Continues = parsed.GetValue(noContinue) ? null : IsForServing,
                AllowMocks = parsed.GetValue(mocks),
                Model = parsed.GetValue(model),
            };
            if (settings.Prompts is { } folder && !Directory.Exists(folder))
            {
                throw new UsageException($"The prompts folder '{folder}' does not exist.");
            }

            var endpoint = Endpoint(parsed.GetRequiredValue(address), parsed.GetRequiredValue(port)!.Value);
            await using var app = await StartAsync(settings, interrupts.Asked);
            if (app is null)
            {
                interrupts.Write(() => parsed.InvocationConfiguration.Output.WriteLine("Stopped before anything was served."));
                return ExitCodes.Completed;
            }

            await using var web = await ListenAsync(app, endpoint, cancellationToken);
            using var announced = ServedFolder.Announce(settings.Storage, new Uri(web.Address, endpoint.RoutePrefix.Length == 0 ? "/" : $"/{endpoint.RoutePrefix}/"));
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var pruner = app.Services.GetRequiredService<RunPruner>();
            var pruning = app.Services.GetRequiredService<RetentionTimer>().RunAsync((before, token) => pruner.PruneAsync(app.Client, before, token), stopping.Token);
            var upgraded = app.Services.GetRequiredService<UpgradedRuns>();
            var upgrading = settings.Continues is null
                ? Task.CompletedTask
                : app.Services.GetRequiredService<UpgradeTimer>().RunAsync(token => upgraded.ResumeAsync(app.Client, token), stopping.Token);
            Say(interrupts, parsed, settings.Storage, [.. web.Listing, $"State: {app.Place}.", .. AnswerNotes.Of(app), .. Unfinished(app, settings.Storage), "Press Ctrl+C to stop. Unfinished runs go on at the next start."]);
            if (await Task.WhenAny(interrupts.WaitAsync(), app.Lost) == app.Lost)
            {
                throw await app.Lost;
            }

            await stopping.CancelAsync();
            var running = app.RunningSteps;
            var ended = app.StopAsync(interrupts.AskedAgain);
            Say(interrupts, parsed, settings.Storage, [running == 0
                ? "Stopping."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Stopping: no step starts any more, and {running} in flight may end within {app.Services.GetRequiredService<OrchestratorOptions>().StopTimeout.TotalSeconds:0.###} s. Press Ctrl+C again to abort them now.")]);
            await web.StopAsync(CancellationToken.None);
            await pruning;
            await upgrading;
            await ended;
            return ExitCodes.Completed;
        });
        return command;
    }

    private static void OnlySimulated(OptionResult result)
    {
        foreach (var token in result.Errors.Any() ? [] : result.Tokens)
        {
            try
            {
                SimulatedModelOptions.Parse(token.Value);
            }
            catch (ModelOptionException exception)
            {
                result.AddError($"--model takes the simulated model only, which then answers for every other. {exception.Message}");
            }
        }
    }

    private static void Say(Interrupts interrupts, ParseResult parsed, StateStorage where, IEnumerable<string> lines) => interrupts.Write(() =>
    {
        foreach (var line in lines)
        {
            parsed.InvocationConfiguration.Output.WriteLine(NextCommand.Complete(line, where));
        }
    });

    /// <returns>Null when it was asked to stop before it had started.</returns>
    private static async Task<LocalApp?> StartAsync(LocalAppSettings settings, CancellationToken asked)
    {
        try
        {
            return await LocalApp.StartAsync(settings, asked);
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// A run that has ended costs nothing more, nor does an instance without a run, which a deletion left behind; a suspended run was left to a serving process; for others
    /// the request that started them decides.
    /// </summary>
    private static bool IsForServing(RunRecord? run) => run is null || run.HasEnded || run.Status == RunStatus.Waiting || !run.Attempts[^1].IsForeground;

    private static IEnumerable<string> Unfinished(LocalApp app, StateStorage where)
    {
        if (app.Driven is { Count: > 0 } driven)
        {
            yield return $"Goes on with {(driven.Count == 1 ? "run" : "runs")} {NameList.Of(driven)}.";
        }

        var left = app.Left(where).ToLookup(app.Unanswered.ContainsKey);
        foreach (var runs in left[true].GroupBy(run => app.Unanswered[run], StringComparer.Ordinal))
        {
            yield return $"Leaves {(runs.Count() == 1 ? "run" : "runs")} {NameList.Of([.. runs])}: {runs.Key} Then start this server again, or 'orchestrator runs cancel RUN' ends one.";
        }

        if (left[false].ToList() is { Count: > 0 } interrupted)
        {
            yield return $"Leaves the interrupted {(interrupted.Count == 1 ? "run" : "runs")} {NameList.Of(interrupted)}: 'orchestrator resume RUN' ('orchestrator runs continue RUN' if it is suspended) goes on with one, 'orchestrator runs cancel RUN' ends it.";
        }
    }

    /// <summary>Where to listen, and with which key: refused before anything starts.</summary>
    private static LocalWebHostOptions Endpoint(string address, int port)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            throw new UsageException($"'{address}' is no IP address. Write 127.0.0.1 for this machine only, 0.0.0.0 for all its networks.");
        }

        var key = Environment.GetEnvironmentVariable(ServeKey.Variable) is { } given && !string.IsNullOrWhiteSpace(given) ? given : null;
        var near = Environment.GetEnvironmentVariables().Keys.Cast<string>().FirstOrDefault(name => name != ServeKey.Variable && Suggestion.IsClose(name, ServeKey.Variable));
        if (key is null && near is not null)
        {
            throw new UsageException($"{near} is set, which means nothing here, and {ServeKey.Variable} is not: it is probably meant. Rename it, or clear it.");
        }

        return key is null && !IPAddress.IsLoopback(parsed)
            ? throw new UsageException($"Listening on {parsed} lets other machines in, so it needs a key. Set the environment variable {ServeKey.Variable}; callers send it as {ServeKey.Header}.")
            : new LocalWebHostOptions { Address = parsed, Port = port, Key = key };
    }

    private static async Task<LocalWebHost> ListenAsync(LocalApp app, LocalWebHostOptions endpoint, CancellationToken cancellationToken)
    {
        try
        {
            endpoint.RoutePrefix = app.Settings.RoutePrefix;
            endpoint.HubName = app.Settings.HubName;
            endpoint.History = app.ReadHistoryAsync;
            return await LocalWebHost.StartAsync(app.Functions, app.Services, app.Client, endpoint, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
