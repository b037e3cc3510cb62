using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.ModelServer;

namespace Orchestrator.EndToEnd.Models;

/// <summary>A provider in this process, which keeps what it is asked and answers with events that the test writes.</summary>
internal sealed class CountingModel : IAsyncDisposable
{
    private readonly OpenAiServer _server;

    private CountingModel(OpenAiServer server, ConcurrentQueue<JsonObject> asked)
    {
        _server = server;
        Asked = asked;
    }

    /// <summary>The requests, in their order.</summary>
    public ConcurrentQueue<JsonObject> Asked { get; }

    /// <summary>With these a command asks this provider.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string> { ["OPENAI_BASE_URL"] = _server.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "any" };

    /// <param name="answer">The text and the finish reason of the n-th request, from 0.</param>
    public static async Task<CountingModel> StartAsync(Func<int, (string Text, string Finish)> answer)
    {
        var asked = new ConcurrentQueue<JsonObject>();
        var server = await OpenAiServer.StartAsync(async exchange =>
        {
            var n = asked.Count;
            asked.Enqueue(exchange.Body);
            var (text, finish) = answer(n);
            exchange.Http.Response.ContentType = "text/event-stream";
            foreach (var data in new[] { Chunk(
                text, null, null), Chunk("", finish, new { prompt_tokens = 7, completion_tokens = 3, total_tokens = 10 }), "[DONE]" })
            {
                await exchange.Http.Response.WriteAsync($"data: {data}\n\n");
            }
        });
        return new CountingModel(server, asked);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Chunk(string content, string? finish, object? usage) => JsonSerializer.Serialize(new
    {
        id = "c1",
        @object = "chat.completion.chunk",
        created = 1_700_000_000,
        model = "m",
        choices = new[] { new { index = 0, delta = new { content }, finish_reason = finish } },
        usage,
    });
}
