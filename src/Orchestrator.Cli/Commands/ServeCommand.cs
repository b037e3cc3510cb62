using System.CommandLine;
using Orchestrator.Cli.Hosting;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator serve</c>: the whole app on this machine, and every unfinished run of the state folder goes on.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Number("--port", "The port on this machine; 0 for any free one.", 0, 65_535);
        port.DefaultValueFactory = _ => 7071;
        var prompts = new Option<string?>("--prompts") { Description = "A folder with the prompts that runs refer to.", HelpName = "DIR" };
        var mocks = new Option<bool>("--allow-mocks") { Description = "Accept runs that bring scripted answers instead of calling models." };
        var (state, storage, verbose) = (CommonOptions.State(), CommonOptions.Storage(), CommonOptions.Verbose());
        var command = new Command("serve", "Serve the API on this machine and go on with unfinished runs.") { port, prompts, mocks, state, storage, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new LocalAppSettings(parsed.GetRequiredValue(state))
            {
                InMemory = parsed.GetValue(storage) == "memory",
                Prompts = parsed.GetValue(prompts),
                Verbose = parsed.GetValue(verbose),
                RecoversRuns = true,
                Options = new OrchestratorOptions { AllowMocks = parsed.GetValue(mocks) },
            };
            if (settings.Prompts is { } folder && !Directory.Exists(folder))
            {
                throw new UsageException($"The prompts folder '{folder}' does not exist.");
            }

            await using var app = await LocalApp.StartAsync(settings, cancellationToken);
            await using var web = await ListenAsync(app, parsed.GetRequiredValue(port)!.Value, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;

            // Before the listing: whoever has read that may stop us at once.
            using var stop = new StopSignal();
            foreach (var line in web.Listing)
            {
                await output.WriteLineAsync(line);
            }

            await output.WriteLineAsync("Press Ctrl+C to stop. Unfinished runs go on at the next start.");
            await stop.WaitAsync();
            await output.WriteLineAsync("Stopping.");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static async Task<LocalWebHost> ListenAsync(LocalApp app, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalWebHost.StartAsync(
                app.Functions, app.Services, app.Client,
                new LocalWebHostOptions { Port = port, RoutePrefix = app.Settings.RoutePrefix, HubName = app.Settings.HubName },
                cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
