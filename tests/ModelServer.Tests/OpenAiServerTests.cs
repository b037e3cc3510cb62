using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.ModelServer.Tests;

public sealed class OpenAiServerTests : IAsyncLifetime
{
    private const string Model = "simulated:latency=0,tokensPerSecond=1000000,tokens=9";

    private readonly HttpClient _http = new();
    private OpenAiServer _server = null!;

    public async Task InitializeAsync() => _server = await OpenAiServer.StartAsync(new SimulatedAnswer(TimeProvider.System).AnswerAsync);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Streamed_answer_is_the_simulation_with_its_usage()
    {
        using var provider = new OpenAiProvider(
            new ModelProviderOptions { ApiKey = "any", BaseUrl = _server.BaseUrl.ToString() }, TimeProvider.System);
        var request = new PromptRequest { Prompt = "Say hello.", Model = Model };

        var over = await new PromptCall(provider.Create(Model), request).RunAsync(null, CancellationToken.None);

        var direct = await new PromptCall(new ChatClientFactory(TimeProvider.System).Create(Model), request).RunAsync(null, CancellationToken.None);
        Assert.Equal(direct, over);
        Assert.Equal(new TokenUsage { InputTokens = 3, OutputTokens = 9 }, over.Usage);
    }

    [Fact]
    public async Task Streamed_answer_stops_at_the_limit_and_says_so()
    {
        using var provider = new OpenAiProvider(
            new ModelProviderOptions { ApiKey = "any", BaseUrl = _server.BaseUrl.ToString() }, TimeProvider.System);

        var result = await new PromptCall(provider.Create(Model), new PromptRequest { Prompt = "Say hello.", MaxTokens = 2 }).RunAsync(
            null, CancellationToken.None);

        Assert.Equal((2, true), (result.Usage.OutputTokens, result.CutOff));
    }

    [Fact]
    public async Task Whole_answer_is_one_document()
    {
        var answer =
            await AskAsync($$"""{"model":"{{Model}}","messages":[{"role":"user","content":[{"type":"text","text":"Say hello."}]}],"max_tokens":3}""");

        Assert.Equal("chat.completion", (string?)answer["object"]);
        Assert.Equal(3, ((string)answer["choices"]![0]!["message"]!["content"]!).Split(' ').Length);
        Assert.Equal("length", (string?)answer["choices"]![0]!["finish_reason"]);
        Assert.Equal((3, 3), ((int)answer["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["completion_tokens"]!));
    }

    [Fact]
    public async Task Stream_for_which_usage_is_not_requested_has_none()
    {
        using var response = await PostAsync($$"""{"model":"{{Model}}","messages":[{"role":"user","content":"x"}],"stream":true}""");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("usage", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"m","messages":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":7,"messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"m","messages":[{"content":"x"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"m","messages":[null]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":0}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"simulated:nonsense","messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.NotFound)]
    public async Task Invalid_request_is_refused_as_the_protocol_requires(string body, HttpStatusCode status)
    {
        using var response = await PostAsync(body);

        Assert.Equal(status, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.NotEqual("", (string?)error["message"]);
    }

    [Fact]
    public async Task Other_paths_are_not_found()
    {
        using var response = await _http.GetAsync(new Uri(_server.BaseUrl + "/models"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("/v1/models", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_server_on_a_port_is_refused() =>
        await Assert.ThrowsAsync<IOException>(() => OpenAiServer.StartAsync(_ => Task.CompletedTask, _server.BaseUrl.Port));

    private async Task<JsonObject> AskAsync(string body)
    {
        using var response = await PostAsync(body);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _http.PostAsync(new Uri(_server.BaseUrl + "/chat/completions"), new StringContent(body));
}
