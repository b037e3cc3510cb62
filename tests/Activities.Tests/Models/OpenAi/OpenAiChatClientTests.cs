using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

public abstract class OpenAiChatClientTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    private const string Text = "Grüße, Welt 🌍";

    private static readonly TokenUsage Reported = new() { InputTokens = 11, OutputTokens = 7, CachedTokens = 4 };

    [Fact]
    public async Task Call_returns_the_text_and_the_tokens_of_the_server()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        var result = await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal((Text, Reported, false), (result.Text, result.Usage, result.CutOff));
    }

    [Fact]
    public async Task Call_sends_what_the_request_says_and_asks_for_usage()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        await new PromptCall(
            server.Client(), new PromptRequest { Prompt = "Hello?", System = "Be kind.", Model = "m-1", Temperature = 0.7, MaxTokens = 50 })
            .RunAsync(null, CancellationToken.None);

        var (body, headers, path) = Assert.Single(server.Requests);
        Assert.Equal(
            Kind == OpenAiClientKind.Azure
                ? ("/openai/deployments/m-1/chat/completions?api-version=2025-04-01-preview", "", OpenAiDouble.Key)
                : ("/v1/chat/completions", $"Bearer {OpenAiDouble.Key}", ""),
            (path, headers.Authorization.ToString(), headers["api-key"].ToString()));
        Assert.Equal("m-1", (string?)body["model"]);
        Assert.Equal("""[{"role":"system","content":"Be kind."},{"role":"user","content":"Hello?"}]""", body["messages"]!.ToJsonString());
        Assert.Equal(0.7, (double)body["temperature"]!, 6);
        Assert.Equal(50, (int)body["max_completion_tokens"]!);
        Assert.True((bool)body["stream"]!);
        Assert.True((bool)body["stream_options"]!["include_usage"]!);
        Assert.False(body.ContainsKey("max_tokens"));
    }

    [Fact]
    public async Task Call_that_leaves_things_open_sends_no_member_for_them()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual);

        await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal(["messages", "model", "stream", "stream_options"], server.Requests.Single().Body.Select(member => member.Key).Order());
        Assert.Equal("gpt-4o-mini", (string?)server.Requests.Single().Body["model"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Stream_in_pieces_of_any_size_gives_the_same(int size)
    {
        await using var server = await StartAsync(http => OpenAiDouble.SendInPiecesAsync(http, OpenAiDouble.Usual, size));

        var result = await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal((Text, Reported), (result.Text, result.Usage));
    }

    [Fact]
    public async Task Stream_with_other_line_ends_comments_and_blank_lines_gives_the_same()
    {
        var events = ": ping\n\n\n\nevent: ping\n\n" + OpenAiDouble.Usual.Replace("data: {", ": still here\n\ndata:{", StringComparison.Ordinal);
        await using var server = await StreamingAsync(events.ReplaceLineEndings("\r\n"));

        var result = await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal((Text, Reported), (result.Text, result.Usage));
    }

    [Fact]
    public async Task Piece_is_handed_on_before_the_next_one_is_sent()
    {
        var heard = new TaskCompletionSource();
        var half = OpenAiDouble.Usual.IndexOf("data: ", 10, StringComparison.Ordinal);
        await using var server = await StartAsync(async http =>
        {
            await OpenAiDouble.SendAsync(http, OpenAiDouble.Usual[..half]);
            await heard.Task;
            await OpenAiDouble.SendAsync(http, OpenAiDouble.Usual[half..]);
        });
        var pieces = new List<string>();

        await server.Call().RunAsync(
            piece =>
            {
                pieces.Add(piece);
                heard.TrySetResult();
            },
            CancellationToken.None);

        Assert.Equal(["Grüße, ", "Welt 🌍"], pieces);
    }

    [Fact]
    public async Task Stream_without_usage_is_estimated()
    {
        var events = string.Concat(
            OpenAiDouble.Usual.Split("\n\n").Where(part => !part.Contains("prompt_tokens", StringComparison.Ordinal)).Select(part => part + "\n\n"));
        await using var server = await StreamingAsync(events);

        var result = await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal(new TokenUsage { InputTokens = 3, OutputTokens = 4, Estimated = true }, result.Usage);
    }

    [Fact]
    public async Task Totals_that_every_chunk_repeats_are_counted_once()
    {
        var events = new StringBuilder();
        foreach (var count in new[] { 1, 2, 3 })
        {
            var finish = count == 3 ? "\"stop\"" : "null";
            events.Append($$$"""data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":{{{finish}}}}],""")
                .Append($$$""" "usage":{"prompt_tokens":5,"completion_tokens":{{{count}}},"total_tokens":{{{count + 5}}}}}""").Append("\n\n");
        }

        await using var server = await StreamingAsync(events + "data: [DONE]\n\n");

        var result = await server.Call().RunAsync(null, CancellationToken.None);

        Assert.Equal(("xxx", new TokenUsage { InputTokens = 5, OutputTokens = 3 }), (result.Text, result.Usage));
    }

    [Fact]
    public async Task Answer_that_reached_the_limit_says_so()
    {
        await using var server = await StreamingAsync(OpenAiDouble.Usual.Replace("\"stop\"", "\"length\"", StringComparison.Ordinal));

        Assert.True((await server.Call().RunAsync(null, CancellationToken.None)).CutOff);
    }

    [Fact]
    public async Task Client_metadata_has_model_and_address()
    {
        await using var server = await StreamingAsync("");

        var metadata = server.Client("m").GetService<ChatClientMetadata>()!;

        Assert.Equal(("m", server.Address.Port), (metadata.DefaultModelId, metadata.ProviderUri!.Port));
    }
}
