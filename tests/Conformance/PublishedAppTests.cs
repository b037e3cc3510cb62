using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Conformance.Apps;
using Orchestrator.Testing;

namespace Orchestrator.Conformance;

/// <summary>The same on the published app under the worker protocol, and what only a Functions host has.</summary>
public sealed class PublishedAppTests(PublishedApp app) : AppTests(app), IClassFixture<PublishedApp>
{
    /// <summary>The list of names, triggers and routes itself is pinned by <c>FunctionMetadataTests</c>.</summary>
    [Fact]
    public async Task Worker_indexes_and_loads_every_function_of_the_metadata()
    {
        using var metadata = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(PublishedApp.Folder, "functions.metadata")));

        Assert.Equal(
            metadata.RootElement.EnumerateArray().Select(function => function.GetProperty("name").GetString()!).Order(StringComparer.Ordinal),
            (await app.Host.GetFunctionsAsync()).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Cfas_over_HTTP_has_the_outputs_that_it_has_on_the_embedded_host()
    {
        var local = new LocalApp();
        await local.InitializeAsync();
        try
        {
            var (expected, run) = (await RunCfasAsync(local), await RunCfasAsync(app));

            Assert.True(run.Is("completed"), run.ToString());
            Assert.Equal(6, run.GetProperty("steps").EnumerateObject().Count(step => step.Value.Is("completed")));
            Assert.Equal(expected.GetProperty("outputs").GetRawText(), run.GetProperty("outputs").GetRawText());
            Assert.Equal(Normalised(expected), Normalised(run));
            Assert.Equal(
                (await local.GetAsync("/api/runs/cfas/steps/score")).GetProperty("output").GetRawText(),
                (await app.GetAsync("/api/runs/cfas/steps/score")).GetProperty("output").GetRawText());
        }
        finally
        {
            await local.DisposeAsync();
        }
    }

    [Fact]
    public async Task Run_goes_on_in_the_memory_of_the_worker_as_host_json_says()
    {
        var before = app.Host.ContinuedEpisodes;

        var run = await app.PostAsync("/api/runs?wait=60", Start("session", """{ "*": [ { "output": "ok" } ] }"""));

        Assert.True(run.Is("completed"), run.ToString());
        Assert.InRange(app.Host.ContinuedEpisodes - before, 3, int.MaxValue);
    }

    [Fact]
    public async Task Functions_need_the_key_and_health_does_not()
    {
        using var client = new HttpClient { BaseAddress = app.Host.Address };

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/runs?code={app.Host.Key}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/health")).StatusCode);
    }

    [Fact]
    public async Task Management_addresses_of_a_start_have_the_origin_of_the_request_and_the_query_of_the_host()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs")
        {
            Headers = { Host = "gateway.example:8443" },
            Content = new StringContent(Start("addresses", """{ "*": [ { "output": "ok" } ] }"""), Encoding.UTF8, "application/json"),
        };
        using var response = await app.Client.SendAsync(request);

        Assert.Equal(
            $"http://gateway.example:8443/runtime/webhooks/durabletask/instances/addresses?{app.Host.ManagementQuery}",
            response.Headers.Location!.OriginalString);
        await app.WaitForAsync("addresses", run => run.Is("completed"));
    }

    [Fact]
    public async Task Start_and_resume_give_their_instances_the_version_that_the_host_takes()
    {
        await app.PostAsync(
            "/api/runs?wait=60",
            Start("versioned", """{ "second": [ { "error": { "kind": "internal" } }, { "output": "good" } ], "*": [ { "output": "ok" } ] }"""));
        await app.PostAsync("/api/runs/versioned/resume", "{}", HttpStatusCode.Accepted);
        await app.WaitForAsync("versioned", run => run.GetProperty("attempt").GetInt32() == 2 && run.Is("completed"));

        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(PublishedApp.Folder, "host.json")));
        var expected = host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("defaultVersion").GetString();
        Assert.Equal(
            (expected, expected), ((await app.Host.GetStateAsync("versioned")).Version, (await app.Host.GetStateAsync("versioned.2")).Version));
    }

    [Fact]
    public async Task Setting_that_cannot_be_used_is_named_by_the_worker_before_it_connects()
    {
        var broken = new PublishedApp(new Dictionary<string, string> { ["Orchestrator__DefualtModel"] = "gpt-6-luna" });
        try
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(broken.InitializeAsync);

            Assert.Contains(
                "The setting Orchestrator:DefualtModel has no meaning. Did you mean 'DefaultModel'?", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            await broken.DisposeAsync();
        }
    }

    private static async Task<JsonElement> RunCfasAsync(IApp app)
    {
        foreach (var prompt in Directory.EnumerateFiles(RepositoryFolder.Combine("examples/01-cfas-feedback/prompts")))
        {
            await PutAsync(app, $"/api/prompts/{Path.GetFileNameWithoutExtension(prompt)}", await File.ReadAllTextAsync(prompt), "text/markdown");
        }

        var (definition, inputs) = (Example("workflow.json"), Example("inputs.json"));
        return await app.PostAsync("/api/runs?wait=60", $$"""{ "runId": "cfas", "definition": {{definition}}, "inputs": {{inputs}} }""");
    }

    /// <summary>The whole document without what differs between two executions: moments, durations, and what is computed from them.</summary>
    private static string Normalised(JsonElement document)
    {
        return Of(JsonNode.Parse(document.GetRawText()), "")!.ToJsonString();

        static JsonNode? Of(JsonNode? node, string name) => node switch
        {
            JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Key, Of(member.Value, member.Key)))),
            JsonArray items => new JsonArray([.. items.Select(item => Of(item, name))]),
            JsonValue when Differs(node, name) => $"any {name}",
            _ => node?.DeepClone(),
        };

        static bool Differs(JsonNode node, string name) =>
            name.EndsWith("Ms", StringComparison.Ordinal)
            || name is "totalWaitTime" or "averageWaitTime" or "parallelEfficiency"
            || node.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse(node.GetValue<string>(), CultureInfo.InvariantCulture, out _);
    }

    private static string Example(string name) => File.ReadAllText(RepositoryFolder.Combine($"examples/01-cfas-feedback/{name}"));
}
