using System.Net;
using Orchestrator.Activities.RunLogs;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary><c>POST /api/runs</c> over a real socket.</summary>
public class RunStartTests
{
    [Fact]
    public async Task Run_that_ends_while_the_request_waits_is_answered_with_its_document()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs?wait=60", ApiHost.Body());
        var run = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal("ok", run.GetProperty("outputs").GetProperty("second").GetString());
    }

    [Fact]
    public async Task Run_that_takes_longer_than_the_request_waits_is_accepted()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs?wait=1", ApiHost.Body(mocks: ApiHost.Slow));
        var payload = await ApiHost.ReadAsync(response, HttpStatusCode.Accepted);
        Assert.Equal(payload.GetProperty("statusQueryGetUri").GetString(), response.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("\"steps:\\n  - id: a\\n    prompt: Hello.\\n\"")]
    [InlineData("\"{ \\\"steps\\\": [ { \\\"id\\\": \\\"a\\\", \\\"prompt\\\": \\\"Hello.\\\" } ] }\"")]
    public async Task Definition_may_be_a_text_of_YAML_or_JSON(string definition)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs?wait=60", ApiHost.Body(definition: definition));
        var run = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal("ok", run.GetProperty("outputs").GetProperty("a").GetString());
    }

    [Fact]
    public async Task Every_option_goes_before_the_definition_s()
    {
        const string Definition = """
            { "options": { "maxParallelism": 3, "maxDuration": 5000, "onStepFailure": "stop", "stream": false, "budget": { "tokens": 5 } },
              "steps": [ { "id": "a", "prompt": "Hello." } ] }
            """;
        await using var api = await ApiHost.StartAsync();
        var runId = await api.StartRunAsync($$"""
            { "definition": {{Definition}}, "tags": { "team": "blue" },
              "options": { "model": "gpt-4o", "maxParallelism": 7, "maxDuration": 60000, "onStepFailure": "continue",
                           "stream": true, "environment": "test",
                           "budget": { "usd": 1.5, "tokens": 900 }, "mocks": {{ApiHost.Quick}} } }
            """);
        var prepared = (await api.App.Get<RunStore>().GetPreparedAsync(runId, 1, CancellationToken.None))!;
        Assert.Equal(
            (7, 60_000, 1.5m, 900L),
            (prepared.Plan.MaxParallelism, prepared.Plan.MaxDurationMs, prepared.Plan.Budget!.Usd, prepared.Plan.Budget.Tokens));
        Assert.Equal(Orchestrator.Workflows.Definitions.FailurePolicy.Continue, prepared.Plan.OnStepFailure);
        Assert.Equal(("test", true, "gpt-4o"), (prepared.Environment, prepared.Steps[0].Stream, prepared.Steps[0].Models.Single()));
        var run = await api.GetAsync($"/api/runs/{runId}");
        Assert.Equal("blue", run.GetProperty("tags").GetProperty("team").GetString());
    }

    [Fact]
    public async Task All_mistakes_of_a_body_are_reported_at_once_each_with_its_place()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs", """
            { "definition": { "steps": [] }, "input": {}, "runId": "no spaces", "callbackUrl": "https://example.org/", "tags": { "a:b": "c", "d": 1 },
              "options": { "maxParalelism": 2, "maxParallelism": "many", "onStepFailure": "stopp", "budget": {}, "mocks": { "steps": { "a": [] } } } }
            """);
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        var found = problem.GetProperty("diagnostics").EnumerateArray().ToDictionary(
            item => item.GetProperty("pointer").GetString()!, item => item.TryGetProperty("suggestion", out var advice) ? advice.GetString() : null);
        Assert.Equal(
            ["/callbackUrl", "/input", "/options/budget", "/options/maxParalelism", "/options/maxParallelism", "/options/mocks/steps/a",
                "/options/onStepFailure", "/runId", "/tags/a:b", "/tags/d"],
            found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("Did you mean 'inputs'?", "Did you mean 'maxParallelism'?"), (found["/input"], found["/options/maxParalelism"]));
        Assert.Contains("'callbackUrl' is not supported yet", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definition_with_three_mistakes_is_refused_with_three_diagnostics()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs", ApiHost.Body(definition: """
            { "steps": [ { "id": "a", "prompt": "A.", "dependsOn": ["nobody"] }, { "id": "a", "prompt": "B." },
            { "id": "c", "prompt": "C.", "dependsOn": ["c"] } ] }
            """));
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidDefinition");
        var found = problem.GetProperty("diagnostics").EnumerateArray().ToList();
        Assert.Equal(3, found.Count);
        Assert.All(found, item => Assert.StartsWith("/steps/", item.GetProperty("pointer").GetString(), StringComparison.Ordinal));
        Assert.All(found, item => Assert.True(item.GetProperty("line").GetInt32() > 0 && item.GetProperty("column").GetInt32() > 0));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\\\b")]
    [InlineData("a%2Fb")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task Run_id_that_is_none_is_400_and_nothing_is_stored(string runId)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs", ApiHost.Body($$""", "runId": "{{runId}}" """));
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Equal("/runId", Assert.Single(problem.GetProperty("diagnostics").EnumerateArray()).GetProperty("pointer").GetString());
        Assert.Empty((await api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public async Task Model_with_an_option_that_is_wrong_is_400_and_says_which()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync(
            "/api/runs", """{ "definition": { "steps": [ { "id": "a", "prompt": "A." } ] }, "options": { "model": "simulated:latency=soon" } }""");
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Contains("'latency=soon' is wrong", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "invalidJson")]
    [InlineData("{ \"definition\": ", "invalidJson")]
    [InlineData("{ \"definition\": {}, }", "invalidJson")]
    [InlineData("[]", "invalidInput")]
    [InlineData("null", "invalidInput")]
    [InlineData("{}", "invalidInput")]
    [InlineData("{ \"definition\": 7 }", "invalidDefinition")]
    public async Task Body_that_is_no_request_is_400(string body, string code)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs", body);
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, code);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("soon")]
    [InlineData("")]
    public async Task Wait_that_is_no_number_of_seconds_is_400_and_nothing_starts(string wait)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync($"/api/runs?wait={wait}", ApiHost.Body(""", "runId": "r1" """));
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync("/api/runs/r1")).StatusCode);
    }

    [Fact]
    public async Task Body_of_another_media_type_is_415_and_one_that_is_too_large_413()
    {
        await using var api = await ApiHost.StartAsync();
        using var text = await api.PostAsync("/api/runs", ApiHost.Body(), "text/plain");
        await ApiHost.ReadProblemAsync(text, HttpStatusCode.UnsupportedMediaType, "wrongMediaType");
        using var large = await api.PostAsync("/api/runs", new string(' ', (16 * 1024 * 1024) + 1));
        await ApiHost.ReadProblemAsync(large, HttpStatusCode.RequestEntityTooLarge, "payloadTooLarge");
    }

    [Fact]
    public async Task Mocks_are_refused_where_the_host_does_not_allow_them()
    {
        await using var api = await ApiHost.StartAsync(allowsMocks: false);
        using var response = await api.PostAsync("/api/runs", ApiHost.Body());
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Equal("/options/mocks", problem.GetProperty("diagnostics")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Taken_run_id_is_409_with_and_without_a_key()
    {
        await using var api = await ApiHost.StartAsync();
        var body = ApiHost.Body(""", "runId": "taken" """);
        await api.StartRunAsync(body);
        using var plain = await api.PostAsync("/api/runs", body);
        await ApiHost.ReadProblemAsync(plain, HttpStatusCode.Conflict, "runExists");
        using var keyed = await api.PostAsync("/api/runs", body, key: "k1");
        await ApiHost.ReadProblemAsync(keyed, HttpStatusCode.Conflict, "runExists");
        using var again = await api.PostAsync("/api/runs", body, key: "k1");
        await ApiHost.ReadProblemAsync(again, HttpStatusCode.Conflict, "runExists");
    }
}
