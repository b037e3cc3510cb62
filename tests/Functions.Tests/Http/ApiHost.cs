using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>The app in memory, listening on a real socket.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Definition = """
        { "slug": "try", "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "first", "prompt": "Say {{word}}." },
        { "id": "second", "prompt": "Again: {{first}}", "dependsOn": ["first"] } ] }
        """;

    public const string Quick = """{ "steps": { "*": [ { "output": "ok" } ] } }""";

    public const string Slow = """{ "steps": { "*": [ { "output": "late", "latencyMs": 600000 } ] } }""";

    private ApiHost(AppHost app, HttpClient client) => (App, Client) = (app, client);

    public AppHost App { get; }

    public HttpClient Client { get; }

    public static async Task<ApiHost> StartAsync(IContentStore? store = null, bool allowsMocks = true, TimeProvider? activityTime = null)
    {
        var app = await AppHost.StartAsync(store: store, allowsMocks: allowsMocks, activityTime: activityTime);
        return new ApiHost(app, await app.ListenAsync());
    }

    /// <param name="more">Further members, each with a comma before it.</param>
    public static string Body(string more = "", string mocks = Quick, string definition = Definition) =>
        $$"""{ "definition": {{definition}}, "inputs": { "word": "hi" }, "options": { "mocks": {{mocks}} }{{more}} }""";

    public async Task<HttpResponseMessage> PostAsync(string path, string body, string mediaType = "application/json", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>The body of an answer that must have this status.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The problem details of an answer that must have this status and code.</summary>
    public static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var problem = await ReadAsync(response, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["type", "title", "status", "detail", "code"], problem.EnumerateObject().Select(member => member.Name).Take(5));
        Assert.Equal(((int)status, code), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
        Assert.DoesNotContain("   at ", problem.GetRawText(), StringComparison.Ordinal);
        return problem;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    /// <summary>Starts a run that must be accepted; its id.</summary>
    public async Task<string> StartRunAsync(string body, string path = "/api/runs")
    {
        using var response = await PostAsync(path, body);
        return (await ReadAsync(response, HttpStatusCode.Accepted)).GetProperty("runId").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
