using System.CommandLine;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Models.Simulated.Server;
using Orchestrator.Cli.Hosting;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator openai-server</c>, hidden: the simulated model behind OpenAI's protocol, for trying what talks to real models.</summary>
internal static class OpenAiServerCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Number("--port", "The port on this machine; 0 for any free one.", 0, 65_535);
        port.DefaultValueFactory = _ => 0;
        var command = new Command("openai-server", "Serve the simulated model over OpenAI's protocol.") { port };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var server = await StartAsync(parsed.GetRequiredValue(port)!.Value, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            using var stop = new StopSignal();
            await output.WriteLineAsync($"{ModelProviderOptions.BaseUrlVariable}={server.BaseUrl} {ModelProviderOptions.KeyVariable}=any");
            await output.WriteLineAsync("Press Ctrl+C to stop.");
            await stop.WaitAsync();
            return ExitCodes.Completed;
        });
        return command;
    }

    private static async Task<OpenAiServer> StartAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAiServer.StartAsync(new SimulatedAnswer(TimeProvider.System).AnswerAsync, port, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
