using System.CommandLine;
using Microsoft.AspNetCore.Http;
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
        var requests = new Option<string?>("--requests") { Description = "A file to add each request to, one JSON document a line, before it is answered.", HelpName = "FILE" };
        var refuse = new Option<string?>("--refuse") { Description = "Answer 503 to the requests whose messages contain this.", HelpName = "TEXT" };
        var command = new Command("openai-server", "Serve the simulated model over OpenAI's protocol.") { port, requests, refuse };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var interrupts = new Interrupts();
            using var log = parsed.GetValue(requests) is { } file ? new RequestLog(file) : null;
            await using var server = await StartAsync(Answer(log, parsed.GetValue(refuse)), parsed.GetRequiredValue(port)!.Value, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{ModelProviderOptions.BaseUrlVariable}={server.BaseUrl} {ModelProviderOptions.KeyVariable}=any");
            await output.WriteLineAsync("Press Ctrl+C to stop.");
            await interrupts.WaitAsync();
            return ExitCodes.Completed;
        });
        return command;
    }

    private static Func<OpenAiExchange, Task> Answer(RequestLog? log, string? refused)
    {
        var simulated = new SimulatedAnswer(TimeProvider.System);
        return exchange =>
        {
            log?.Add(exchange.Body);
            return refused is not null && exchange.Body["messages"]?.ToString().Contains(refused, StringComparison.Ordinal) == true
                ? OpenAiMessages.WriteErrorAsync(
                    exchange.Http.Response, StatusCodes.Status503ServiceUnavailable, "server_error", null, $"This server refuses requests with '{refused}'.")
                : simulated.AnswerAsync(exchange);
        };
    }

    private static async Task<OpenAiServer> StartAsync(Func<OpenAiExchange, Task> answer, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAiServer.StartAsync(answer, port, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
