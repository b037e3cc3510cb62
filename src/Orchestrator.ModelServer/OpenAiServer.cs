using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.ModelServer;

/// <summary>
/// A server on this machine that speaks the chat completions protocol, for tests and for trying things: <c>/v1/chat/completions</c>, and
/// <c>/openai/v1/chat/completions</c> and <c>/openai/deployments/MODEL/chat/completions</c> as on Azure. It asks for no key. Thread-safe.
/// </summary>
public sealed class OpenAiServer : IAsyncDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly WebApplication _app;

    private OpenAiServer(WebApplication app) => _app = app;

    /// <summary>What <c>OPENAI_BASE_URL</c> is set to: <c>http://127.0.0.1:8080/v1</c>.</summary>
    public Uri BaseUrl => new(_app.Urls.Single() + "/v1");

    /// <summary>Starts to listen on loopback.</summary>
    /// <param name="answer">Answers each request, several at once; <see cref="SimulatedAnswer"/> is the usual one.</param>
    /// <param name="port">0 for any free one.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<OpenAiServer> StartAsync(Func<OpenAiExchange, Task> answer, int port = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        Task Handle(HttpContext http) => HandleAsync(http, answer);
        app.MapPost("/v1/chat/completions", Handle);
        app.MapPost("/openai/v1/chat/completions", Handle);
        app.MapPost("/openai/deployments/{deployment}/chat/completions", Handle);
        app.MapFallback(http => OpenAiMessages.WriteErrorAsync(
            http.Response, StatusCodes.Status404NotFound, "invalid_request_error", null, $"There is no {http.Request.Method} {http.Request.Path} here."));
        try
        {
            await app.StartAsync(cancellationToken);
            return new OpenAiServer(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes every connection and stops listening.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task HandleAsync(HttpContext http, Func<OpenAiExchange, Task> answer)
    {
        try
        {
            if (await ReadAsync(http) is { } body)
            {
                await answer(new OpenAiExchange(http, body));
                return;
            }

            await OpenAiMessages.WriteErrorAsync(
                http.Response, StatusCodes.Status400BadRequest, "invalid_request_error", null, "The body of the request is no JSON object.");
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has closed the connection.
        }
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext http)
    {
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: Strict, cancellationToken: http.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
