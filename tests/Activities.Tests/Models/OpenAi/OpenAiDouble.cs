using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.ModelServer;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>A real server on a socket whose every answer the test writes, and a provider that calls it.</summary>
internal sealed class OpenAiDouble : IAsyncDisposable
{
    public const string Key = "sk-test-0123456789";

    /// <summary>An answer of two pieces, one of them outside ASCII, with its usage.</summary>
    public const string Usual = """
        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Grüße, "},"finish_reason":null}],"usage":null}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Welt 🌍"},"finish_reason":null}],"usage":null}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

        data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":4}}}

        data: [DONE]


        """;

    private readonly OpenAiServer _server;
    private readonly List<OpenAiProvider> _providers = [];

    private readonly OpenAiClientKind _kind;

    private OpenAiDouble(OpenAiServer server, OpenAiClientKind kind, List<(JsonObject Body, IHeaderDictionary Headers, string Path)> requests)
    {
        _server = server;
        _kind = kind;
        Requests = requests;
    }

    /// <summary>The requests received, in order; the path with its query.</summary>
    public IReadOnlyList<(JsonObject Body, IHeaderDictionary Headers, string Path)> Requests { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Uri Address => new(_server.BaseUrl.GetLeftPart(UriPartial.Authority));

    public static async Task<OpenAiDouble> StartAsync(Func<HttpContext, Task> answer, OpenAiClientKind kind)
    {
        var requests = new List<(JsonObject, IHeaderDictionary, string)>();
        var server = await OpenAiServer.StartAsync(exchange =>
        {
            var http = exchange.Http;
            requests.Add((exchange.Body, new HeaderDictionary(http.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)),
                http.Request.Path + http.Request.QueryString));
            return answer(http);
        });
        return new OpenAiDouble(server, kind, requests);
    }

    /// <summary>Answers every call with these events.</summary>
    public static Task<OpenAiDouble> StreamingAsync(string events, OpenAiClientKind kind) => StartAsync(http => SendAsync(http, events), kind);

    /// <summary>Answers every call with a status and a body.</summary>
    public static Task<OpenAiDouble> RefusingAsync(int status, string body, OpenAiClientKind kind, params (string Name, string Value)[] headers) =>
        StartAsync(
            http =>
            {
                http.Response.StatusCode = status;
                foreach (var (name, value) in headers)
                {
                    http.Response.Headers[name] = value;
                }

                return http.Response.WriteAsync(body);
            },
            kind);

    /// <summary>Sends a part of a stream and flushes it.</summary>
    public static async Task SendAsync(HttpContext http, string events)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        await http.Response.WriteAsync(events);
        await http.Response.Body.FlushAsync();
    }

    /// <summary>Sends a stream in writes of so many bytes, each flushed.</summary>
    public static async Task SendInPiecesAsync(HttpContext http, string events, int size)
    {
        http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        foreach (var piece in Encoding.UTF8.GetBytes(events).Chunk(size))
        {
            await http.Response.Body.WriteAsync(piece);
            await http.Response.Body.FlushAsync();
        }
    }

    /// <summary>Never answers; completes the task when the client closes the connection.</summary>
    public static async Task HangAsync(HttpContext http, TaskCompletionSource closed)
    {
        using var registration = http.RequestAborted.Register(closed.SetResult);
        await closed.Task;
    }

    /// <summary>The options with which a provider uses that client, with a server at the address.</summary>
    public static ModelProviderOptions Options(OpenAiClientKind kind, Uri address) => kind == OpenAiClientKind.Azure
        ? new() { AzureApiKey = Key, AzureEndpoint = address.ToString() }
        : new() { ApiKey = Key, BaseUrl = new Uri(address, "/v1").ToString() };

    public IChatClient Client(string model = "gpt-4o-mini") => Client(Options(_kind, Address), model);

    public IChatClient Client(ModelProviderOptions options, string model = "gpt-4o-mini")
    {
        var provider = new OpenAiProvider(options, Clock);
        _providers.Add(provider);
        return provider.Create(model);
    }

    /// <summary>Makes a call that must fail, and checks the properties of every failure.</summary>
    public async Task<ModelException> FailAsync(PromptCall? call = null)
    {
        var failure = await Assert.ThrowsAsync<ModelException>(
            () => (call ?? Call()).RunAsync(null, CancellationToken.None));
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
        return failure;
    }

    public PromptCall Call() => new(Client(), new PromptRequest { Prompt = "Say hello." });

    public async ValueTask DisposeAsync()
    {
        _providers.ForEach(provider => provider.Dispose());
        await _server.DisposeAsync();
    }
}
