using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.ModelServer;

/// <summary>
/// A server on loopback that speaks the chat completions protocol, for tests and trials: <c>/v1/chat/completions</c>, and as on Azure
/// <c>/openai/v1/chat/completions</c> and <c>/openai/deployments/MODEL/chat/completions</c>. It requires no key. Thread-safe.
/// </summary>
public sealed class OpenAiServer : IAsyncDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly WebApplication _app;

    private OpenAiServer(WebApplication app) => _app = app;

    /// <summary>The value for <c>OPENAI_BASE_URL</c>, such as <c>http://127.0.0.1:8080/v1</c>.</summary>
    public Uri BaseUrl => new(_app.Urls.Single() + "/v1");

    /// <summary>Starts a server on loopback.</summary>
    /// <param name="answer">Answers each request, several at once; usually <see cref="SimulatedAnswer"/>.</param>
    /// <param name="port">0 to 65,535; 0, the default, for any free one.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<OpenAiServer> StartAsync(Func<OpenAiExchange, Task> answer, int port = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        RequestDelegate handle = http => HandleAsync(http, answer);
        app.MapPost("/v1/chat/completions", handle);
        app.MapPost("/openai/v1/chat/completions", handle);
        app.MapPost("/openai/deployments/{deployment}/chat/completions", handle);
        app.MapFallback(http => OpenAiMessages.WriteErrorAsync(
            http.Response,
            StatusCodes.Status404NotFound,
            "invalid_request_error",
            null,
            $"There is no {http.Request.Method} {http.Request.Path} here."));
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

/// <summary>One request to <see cref="OpenAiServer"/> and its answer.</summary>
/// <param name="Http">To which the answer is written; <see cref="HttpContext.RequestAborted"/> fires when the client closes the connection.</param>
/// <param name="Body">The body of the request.</param>
public sealed record OpenAiExchange(HttpContext Http, JsonObject Body);
