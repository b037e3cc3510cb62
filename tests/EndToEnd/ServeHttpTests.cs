using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;

namespace Orchestrator.EndToEnd;

public sealed class ServeHttpTests(Serve serve) : IClassFixture<Serve>
{
    private const string Definition = """
        { "slug": "http-try", "steps": [ { "id": "first", "prompt": "Say {{word}}." },
        { "id": "second", "prompt": "Again: {{first}}", "dependsOn": ["first"] } ] }
        """;

    private const string Mocks = """{ "steps": { "first": [ { "output": "hello" } ], "*": [ { "output": "ok" } ] } }""";

    private ServeProcess Server => serve.Server;

    [Fact]
    public async Task Health_over_a_state_folder_is_ok()
    {
        using var answer = await Server.Client.GetAsync("/api/health");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Run_started_over_HTTP_is_accepted_with_its_addresses_and_completes()
    {
        using var response = await Server.PostAsync(Body("over-http", ""","tags":{"team":"blue"}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter!.Delta);
        var payload = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "suspendPostUri", "resumePostUri", "purgeHistoryDeleteUri",
                "restartPostUri", "runId", "runUri", "eventsUri", "resumeRunUri"],
            payload.EnumerateObject().Select(member => member.Name));
        Assert.Equal("over-http", payload.GetProperty("id").GetString());
        Assert.Equal("over-http", payload.GetProperty("runId").GetString());
        var statusUri = payload.GetProperty("statusQueryGetUri").GetString()!;
        Assert.Equal(statusUri, response.Headers.Location!.ToString());

        var status = await Server.WaitForEndAsync(statusUri);

        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal("completed", status.GetProperty("output").GetProperty("status").GetString());
        var run = await Server.Client.GetFromJsonAsync<JsonElement>(payload.GetProperty("runUri").GetString());
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal("http-try", run.GetProperty("workflow").GetString());
        Assert.Equal("blue", run.GetProperty("tags").GetProperty("team").GetString());
        Assert.Equal("""{"word":"hi","first":"hello","second":"ok"}""", JsonSerializer.Serialize(run.GetProperty("outputs")));
    }

    /// <summary>
    /// The body of GET and the document of <c>run --json</c> are one contract; its members are pinned in the tests of the command line.
    /// </summary>
    [Fact]
    public async Task Run_read_over_HTTP_is_the_document_of_the_command_line_nulls_included()
    {
        var payload = await Server.StartRunAsync(Body("document"));
        await Server.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);

        var run = await Server.GetRunAsync("document");

        Assert.Equal(
            ["runId", "workflow", "app", "definitionHash", "status", "attempt", "createdAt", "startedAt", "completedAt", "environment", "tags",
                "parentRunId", "outputs", "error", "warnings", "progress", "attempts", "steps", "pools", "usage"],
            run.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Null, run.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Run_that_fails_is_Completed_as_an_orchestration_and_failed_as_a_run()
    {
        const string Failing =
            """{ "steps": { "first": [ { "error": { "kind": "contentFiltered", "message": "No." } } ], "*": [ { "output": "ok" } ] } }""";
        var payload = await Server.StartRunAsync(Body("failing", mocks: Failing));

        var status = await Server.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);

        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        var run = await Server.GetRunAsync("failing");
        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal("skipped", run.GetProperty("steps").GetProperty("second").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/api/runs/unknown", "runNotFound")]
    [InlineData("/api/runs/no%20run", "runNotFound")]
    [InlineData("/api/nothing", "notFound")]
    public async Task Unknown_address_is_404_with_problem_details(string path, string code)
    {
        using var response = await Server.Client.GetAsync(path);

        await AssertProblemAsync(response, HttpStatusCode.NotFound, code);
    }

    [Fact]
    public async Task Definition_with_three_mistakes_is_400_with_three_diagnostics()
    {
        const string Body = """
            { "definition": { "steps": [
              { "id": "a", "prompt": "A.", "dependsOn": ["nobody"] },
              { "id": "a", "prompt": "B." },
              { "id": "c", "prompt": "C.", "dependsOn": ["c"] } ] } }
            """;

        using var response = await Server.PostAsync(Body);

        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalidDefinition");
        Assert.Equal(
            [("unknown-step", "/steps/0/dependsOn/0"), ("duplicate-step", "/steps/1/id"), ("dependency-cycle", "/steps/2/dependsOn/0")],
            problem.GetProperty("diagnostics").EnumerateArray()
                .Select(found => (found.GetProperty("code").GetString(), found.GetProperty("pointer").GetString())));
    }

    [Fact]
    public async Task Taken_run_id_is_409_and_the_run_stays_as_it_was()
    {
        var payload = await Server.StartRunAsync(Body("taken"));
        await Server.WaitForEndAsync(payload.GetProperty("statusQueryGetUri").GetString()!);
        var before = (await Server.GetRunAsync("taken")).GetRawText();

        using var response = await Server.PostAsync(Body("taken"));

        await AssertProblemAsync(response, HttpStatusCode.Conflict, "runExists");
        Assert.Equal(before, (await Server.GetRunAsync("taken")).GetRawText());
    }

    [Fact]
    public async Task Body_of_another_media_type_is_415()
    {
        using var response = await Server.PostAsync(Body("text"), "text/plain");

        await AssertProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "wrongMediaType");
    }

    [Theory]
    [InlineData("{ \"definition\": ", "invalidJson")]
    [InlineData("[]", "invalidInput")]
    [InlineData("null", "invalidInput")]
    [InlineData("{}", "invalidInput")]
    [InlineData("{ \"definition\": null }", "invalidInput")]
    [InlineData("{ \"definition\": { \"steps\": [] } }", "invalidDefinition")]
    [InlineData("{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"{{word}}\" } ] } }", "invalidInput")]
    [InlineData("{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"promptId\": \"nowhere\" } ] } }", "promptNotFound")]
    [InlineData("{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"A\" } ] }, \"runId\": \"no spaces\" }", "invalidInput")]
    [InlineData(
        "{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"A\" } ] }, \"options\": { \"maxParallelism\": 0 } }", "invalidInput")]
    [InlineData(
        "{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"A\" } ] }, \"options\": { \"maxParallelism\": \"many\" } }", "invalidInput")]
    [InlineData("{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"A\" } ] }, \"options\": { \"mocks\": { \"steps\": { \"b\": [ { " +
        "\"output\": 1 } ] } } } }", "invalidInput")]
    [InlineData(
        "{ \"definition\": { \"steps\": [ { \"id\": \"a\", \"prompt\": \"A\" } ] }, \"options\": { \"mocks\": { \"steps\": { \"a\": [] } } } }",
        "invalidInput")]
    public async Task Body_that_cannot_run_is_400_with_its_code(string body, string code)
    {
        using var response = await Server.PostAsync(body);

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task Page_of_another_site_may_not_start_runs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = JsonContent.Create(new { }) };
        request.Headers.Add("Origin", "https://example.org");

        using var response = await Server.Client.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.Forbidden, "forbidden");
    }

    private static string Body(string runId, string more = "", string mocks = Mocks) =>
        $$"""{ "definition": {{Definition}}, "inputs": { "word": "hi" }, "runId": "{{runId}}", "options": { "mocks": {{mocks}} }{{more}} }""";

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }
}
