using System.Net;
using System.Text;

namespace Orchestrator.Functions.Tests.Http.Workflows;

/// <summary><c>POST /api/workflows/{slug}/runs</c> over a real socket.</summary>
public class StoredStartTests
{
    private const string Start = $$"""{ "inputs": { "word": "hi" }, "options": { "mocks": {{ApiHost.Quick}} } }""";

    [Fact]
    public async Task Stored_workflow_runs_with_the_prompts_and_the_definition_of_the_store()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/prompts/greet", "Greet {{word}}.", "text/markdown");
        await PutAsync(api, "/api/workflows/hello", "steps:\n  - { id: say, promptId: greet }\n", "application/yaml");

        using var response = await api.PostAsync("/api/workflows/hello/runs?wait=60", Start);

        var run = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal(("completed", "hello", "ok"), (run.GetProperty("status").GetString(), run.GetProperty("workflow").GetString(),
            run.GetProperty("outputs").GetProperty("say").GetString()));
    }

    [Fact]
    public async Task Environment_that_no_prompt_knows_is_refused_and_those_that_there_are_are_named()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/prompts/greet?label=production", "Greet {{word}}.", "text/markdown");
        await PutAsync(api, "/api/workflows/hello", "steps:\n  - { id: say, promptId: greet }\n", "application/yaml");

        using var response = await api.PostAsync(
            "/api/workflows/hello/runs",
            $$"""{ "inputs": { "word": "hi" }, "options": { "environment": "prodction", "mocks": {{ApiHost.Quick}} } }""");

        var refusal = await ApiHost.ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(
            "Did you mean 'production'? There are production and default.", refusal.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_in_the_payload_are_those_of_the_run()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");

        using var response = await api.PostAsync("/api/workflows/try/runs", Start);

        var payload = await ApiHost.ReadAsync(response, HttpStatusCode.Accepted);
        var address = new Uri(payload.GetProperty("runUri").GetString()!);
        Assert.Equal($"/api/runs/{payload.GetProperty("runId").GetString()}", address.AbsolutePath);
        Assert.Equal("try", (await api.GetAsync(address.AbsolutePath)).GetProperty("workflow").GetString());
    }

    [Fact]
    public async Task Two_starts_with_one_key_at_the_same_moment_are_one_run()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => api.PostAsync("/api/workflows/try/runs", Start, key: "once")));

        var runs = new HashSet<string>();
        foreach (var answer in answers)
        {
            runs.Add((await ApiHost.ReadAsync(answer, HttpStatusCode.Accepted)).GetProperty("runId").GetString()!);
        }

        Assert.Single(runs);
        Assert.Equal(1, (await api.GetAsync("/api/runs")).GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Unknown_workflow_and_a_definition_in_the_body_are_refused()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");

        using var unknown = await api.PostAsync("/api/workflows/tri/runs", Start);
        using var both = await api.PostAsync("/api/workflows/try/runs", ApiHost.Body());

        Assert.Contains(
            "Did you mean 'try'?", (await ApiHost.ReadAsync(unknown, HttpStatusCode.NotFound)).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "'definition'", (await ApiHost.ReadProblemAsync(both, HttpStatusCode.BadRequest, "invalidInput")).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_of_a_slug_of_several_apps_is_409_with_the_candidates()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try?app=a", ApiHost.Definition, "application/json");
        await PutAsync(api, "/api/workflows/try?app=b", ApiHost.Definition, "application/json");

        using var ambiguous = await api.PostAsync("/api/workflows/try/runs", Start);
        using var named = await api.PostAsync("/api/workflows/try/runs?app=b", Start);

        var problem = await ApiHost.ReadProblemAsync(ambiguous, HttpStatusCode.Conflict, "ambiguousName");
        Assert.Equal(["a", "b"], problem.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("app").GetString()));
        await ApiHost.ReadAsync(named, HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("{ \"inputs\": ", "application/json", HttpStatusCode.BadRequest, "invalidJson")]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest, "invalidInput")]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType, "wrongMediaType")]
    [InlineData("{ \"runId\": \"../x\" }", "application/json", HttpStatusCode.BadRequest, "invalidInput")]
    [InlineData("{}", "application/json", HttpStatusCode.BadRequest, "invalidInput")]
    public async Task Body_that_is_no_start_is_refused(string body, string mediaType, HttpStatusCode status, string code)
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");

        using var response = await api.PostAsync("/api/workflows/try/runs", body, mediaType);

        await ApiHost.ReadProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Body_that_is_too_large_is_413()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");

        using var response = await api.PostAsync("/api/workflows/try/runs", new string(' ', (16 * 1024 * 1024) + 1));

        await ApiHost.ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "payloadTooLarge");
    }

    [Fact]
    public async Task Taken_run_id_is_409_and_a_key_with_another_body_422()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/workflows/try", ApiHost.Definition, "application/json");
        var body = $$"""{ "runId": "taken", "inputs": { "word": "hi" }, "options": { "mocks": {{ApiHost.Quick}} } }""";
        using var first = await api.PostAsync("/api/workflows/try/runs", body, key: "once");
        await ApiHost.ReadAsync(first, HttpStatusCode.Accepted);

        using var taken = await api.PostAsync("/api/workflows/try/runs", body);
        using var reused = await api.PostAsync("/api/workflows/try/runs", Start, key: "once");

        await ApiHost.ReadProblemAsync(taken, HttpStatusCode.Conflict, "runExists");
        await ApiHost.ReadProblemAsync(reused, HttpStatusCode.UnprocessableEntity, "idempotencyKeyReused");
    }

    [Fact]
    public async Task Run_that_names_a_deleted_prompt_is_refused()
    {
        await using var api = await ApiHost.StartAsync();
        await PutAsync(api, "/api/prompts/greet", "Greet {{word}}.", "text/markdown");
        await PutAsync(api, "/api/workflows/hello", "steps:\n  - { id: say, promptId: greet }\n", "application/yaml");
        using var deleted = await api.Client.DeleteAsync("/api/prompts/greet");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        using var response = await api.PostAsync("/api/workflows/hello/runs", Start);

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "promptNotFound");
        Assert.Contains("'greet'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task PutAsync(ApiHost api, string path, string text, string type)
    {
        using var response = await api.Client.PutAsync(path, new StringContent(text, Encoding.UTF8, type));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
