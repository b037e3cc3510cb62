using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Cli.Hosting;
using Orchestrator.ModelServer;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator openai-server</c>, hidden: the simulated model over OpenAI's protocol, to try clients of real models.</summary>
internal static class OpenAiServerCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Port(0);
        var requests = new Option<string?>("--requests")
        {
            Description = "A file to add each request to, one JSON document a line, before it is answered.",
            HelpName = "FILE",
        };
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
                    exchange.Http.Response,
                    StatusCodes.Status503ServiceUnavailable,
                    "server_error",
                    null,
                    $"This server refuses requests with '{refused}'.")
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

/// <summary>Appends requests to a file, one JSON document a line. Thread-safe.</summary>
internal sealed class RequestLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file;

    /// <exception cref="UsageException">The file cannot be written.</exception>
    public RequestLog(string path)
    {
        try
        {
            _file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The requests cannot be written to '{path}': {exception.Message}");
        }
    }

    /// <summary>Appends a request; it is in the file when this returns.</summary>
    public void Add(JsonObject request)
    {
        lock (_gate)
        {
            _file.WriteLine(request.ToJsonString());
        }
    }

    public void Dispose() => _file.Dispose();
}
