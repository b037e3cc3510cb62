using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator serve</c>: serves the whole app on this machine and continues the unfinished runs of its storage.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Port(7071);
        var address = new Option<string>("--address")
        {
            Description = $"The address to listen on; any but this machine's own needs a key in {ServingProcess.KeyVariable}.",
            HelpName = "IP",
            DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
        };
        var prompts = new Option<string?>("--prompts") { Description = "A folder with the prompts that runs refer to.", HelpName = "DIR" };
        var mocks = new Option<bool>("--allow-mocks") { Description = "Accept runs that bring scripted answers instead of calling models." };
        var noContinue = new Option<bool>("--no-continue") { Description = "Go on with no unfinished run of an earlier process." };
        var model = CommonOptions.Model(
            "The simulated model, which then answers for every model with made-up texts: "
                + "simulated, or simulated:latency=300,tokensPerSecond=80.",
            "simulated");
        model.Validators.Add(RequireSimulated);
        var (state, storage, verbose) = (CommonOptions.State(), CommonOptions.Storage(), CommonOptions.Verbose());
        var command = new Command("serve", "Serve the API on this machine and go on with unfinished runs.")
        {
            port, address, prompts, mocks, noContinue, model, state, storage, verbose,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // Handle signals before anything starts: steps of unfinished runs may be in flight before the addresses are printed.
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
            await ServeAsync(settings, endpoint, interrupts, parsed.InvocationConfiguration.Output, cancellationToken);
            return ExitCodes.Completed;
        });
        return command;
    }

    private static async Task ServeAsync(
        LocalAppSettings settings, LocalWebHostOptions endpoint, Interrupts interrupts, TextWriter output, CancellationToken cancellationToken)
    {
        await using var app = await StartAsync(settings, interrupts.StopRequested);
        if (app is null)
        {
            interrupts.Write(() => output.WriteLine("Stopped before anything was served."));
            return;
        }

        await using var web = await ListenAsync(app, endpoint, cancellationToken);
        var api = new Uri(web.Address, endpoint.RoutePrefix.Length == 0 ? "/" : $"/{endpoint.RoutePrefix}/");
        using var announced = ServingProcess.Announce(settings.Storage, api);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (pruner, upgraded) = (app.Services.GetRequiredService<RunPruner>(), app.Services.GetRequiredService<UpgradedRuns>());
        var pruning = app.Services.GetRequiredService<RetentionTimer>()
            .RunAsync((before, token) => pruner.PruneAsync(app.Client, before, token), stopping.Token);
        var upgrading = settings.Continues is null
            ? Task.CompletedTask
            : app.Services.GetRequiredService<UpgradeTimer>().RunAsync(token => upgraded.ResumeAsync(app.Client, token), stopping.Token);
        Print(
        [
            .. web.Listing, $"State: {app.Location}.",
            .. ModelNotes.Of(app.Services.GetRequiredService<IChatClientFactory>(), app.Models),
            .. DescribeUnfinished(app),
            "Press Ctrl+C to stop. Unfinished runs go on at the next start.",
        ]);
        if (await Task.WhenAny(interrupts.WaitAsync(), app.Lost) == app.Lost)
        {
            throw await app.Lost;
        }

        await stopping.CancelAsync();
        var running = app.RunningSteps;
        var ended = app.StopAsync(interrupts.AbortRequested);
        Print([running == 0
            ? "Stopping."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Stopping: no step starts any more, and {running} in flight may end within {app.StopTimeout.TotalSeconds:0.###} s."
                + $" Press Ctrl+C again to abort them now.")]);
        await web.StopAsync(CancellationToken.None);
        await pruning;
        await upgrading;
        await ended;

        void Print(IEnumerable<string> lines) => interrupts.Write(() =>
        {
            foreach (var line in lines)
            {
                output.WriteLine(NextCommand.Complete(line, settings.Storage));
            }
        });
    }

    private static void RequireSimulated(OptionResult result)
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

    /// <returns>Null when a stop was requested before the app had started.</returns>
    private static async Task<LocalApp?> StartAsync(LocalAppSettings settings, CancellationToken stopRequested)
    {
        try
        {
            return await LocalApp.StartAsync(settings, stopRequested);
        }
        catch (OperationCanceledException) when (stopRequested.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a serving process continues a run. It does when the run has ended, since that costs nothing; when it is suspended, since suspended
    /// runs are left to serving processes; and when the run was not started in the foreground. An instance without a run is left from a deletion and
    /// is continued, too.
    /// </summary>
    private static bool IsForServing(RunRecord? run) =>
        run is null || run.HasEnded || run.Status == RunStatus.Waiting || !run.Attempts[^1].IsForeground;

    /// <summary>Which unfinished runs are continued, and which are not and why.</summary>
    private static IEnumerable<string> DescribeUnfinished(LocalApp app)
    {
        if (app.Driven is { Count: > 0 } driven)
        {
            yield return $"Goes on with {Wording.Noun(driven.Count, "run")} {Wording.Names(driven)}.";
        }

        var left = app.FindUndriven().ToLookup(app.Unreadable.ContainsKey);
        if (left[true].ToList() is { Count: > 0 } unreadable)
        {
            yield return $"Leaves {Wording.Noun(unreadable.Count, "run")} {Wording.Names(unreadable)}, of which a record cannot be read: "
                + "'orchestrator runs show RUN' tells why.";
        }

        var undriven = left[false].ToLookup(app.WithoutModel.ContainsKey);
        foreach (var runs in undriven[true].GroupBy(run => app.WithoutModel[run], StringComparer.Ordinal))
        {
            yield return $"Leaves {Wording.Noun(runs.Count(), "run")} {Wording.Names([.. runs])}: {runs.Key} "
                + "Then start this server again, or 'orchestrator runs cancel RUN' ends one.";
        }

        if (undriven[false].ToList() is { Count: > 0 } interrupted)
        {
            yield return $"Leaves the interrupted {Wording.Noun(interrupted.Count, "run")} {Wording.Names(interrupted)}: "
                + "'orchestrator resume RUN' ('orchestrator runs continue RUN' if it is suspended) goes on with one, "
                + "'orchestrator runs cancel RUN' ends it.";
        }
    }

    /// <summary>The address and the key of the server.</summary>
    /// <exception cref="UsageException">The address is wrong, or needs a key and there is none.</exception>
    private static LocalWebHostOptions Endpoint(string address, int port)
    {
        const string Variable = ServingProcess.KeyVariable;
        if (!IPAddress.TryParse(address, out var parsed))
        {
            throw new UsageException($"'{address}' is no IP address. Write 127.0.0.1 for this machine only, 0.0.0.0 for all its networks.");
        }

        var key = Environment.GetEnvironmentVariable(Variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
        var similar = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .FirstOrDefault(name => name != Variable && Suggestion.IsClose(name, Variable));
        if (key is null && similar is not null)
        {
            throw new UsageException(
                $"{similar} is set, which means nothing here, and {Variable} is not: it is probably meant. Rename it, or clear it.");
        }

        return key is null && !IPAddress.IsLoopback(parsed)
            ? throw new UsageException(
                $"Listening on {parsed} lets other machines in, so it needs a key. "
                + $"Set the environment variable {Variable}; callers send it as {ServingProcess.KeyHeader}.")
            : new LocalWebHostOptions { Address = parsed, Port = port, Key = key };
    }

    private static async Task<LocalWebHost> ListenAsync(LocalApp app, LocalWebHostOptions endpoint, CancellationToken cancellationToken)
    {
        try
        {
            app.Settings.ApplyTo(endpoint);
            endpoint.History = app.ReadHistoryAsync;
            return await LocalWebHost.StartAsync(app.Functions, app.Services, app.Client, endpoint, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
