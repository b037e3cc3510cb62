using System.Net;
using System.Text;
using Orchestrator.Conformance.Apps;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What clients of the app see alike on all of its hosts.</summary>
public abstract class AppTests(IApp app)
{
    private const string Definition = """
        { "slug": "two", "steps": [ { "id": "first", "prompt": "Say {{word}}." },
        { "id": "second", "prompt": "Again: {{first}}", "dependsOn": ["first"] } ] }
        """;

    protected static string Start(string runId, string mocks, string more = "") =>
        $$"""{ "runId": "{{runId}}", "definition": {{Definition}}, "inputs": { "word": "hi" },""" +
        $$""" "options": { "mocks": { "steps": {{mocks}} } }{{more}} }""";

    [SuiteFact]
    public async Task Failed_run_goes_on_from_what_failed_and_keeps_the_rest()
    {
        var failed = await app.PostAsync(
            "/api/runs?wait=60",
            Start("resumed", """{ "second": [ { "error": { "kind": "internal" } }, { "output": "good" } ], "*": [ { "output": "ok" } ] }"""));
        Assert.True(failed.Is("failed"), failed.ToString());

        var payload = await app.PostAsync("/api/runs/resumed/resume", """{ "reason": "again" }""", HttpStatusCode.Accepted);

        Assert.Equal("resumed.2", payload.GetProperty("id").GetString());
        var run = await app.WaitForAsync("resumed", run => run.GetProperty("attempt").GetInt32() == 2 && run.Is("completed"));
        Assert.Equal("""["first"]""", run.GetProperty("attempts")[1].GetProperty("reused").GetRawText());
        Assert.Equal("""{"word":"hi","first":"ok","second":"good"}""", run.GetProperty("outputs").GetRawText());
    }

    [SuiteFact]
    public async Task Executing_run_is_cancelled()
    {
        await app.PostAsync("/api/runs", Start("cancelled", """{ "*": [ { "output": "ok", "latencyMs": 600000 } ] }"""), HttpStatusCode.Accepted);
        await app.WaitForAsync("cancelled", run => run.Step("first").Is("running"));

        await app.PostAsync("/api/runs/cancelled/cancel", "", HttpStatusCode.Accepted);

        var run = await app.WaitForAsync("cancelled", run => run.Is("cancelled"));
        Assert.True(run.Step("first").Is("cancelled"), run.ToString());
    }

    [SuiteFact]
    public async Task Suspended_run_starts_nothing_until_it_is_continued()
    {
        await app.PostAsync(
            "/api/runs", Start("suspended", """{ "first": [ { "output": "ok", "latencyMs": 2000 } ], "*": [ { "output": "ok" } ] }"""),
            HttpStatusCode.Accepted);
        await app.WaitForAsync("suspended", run => run.Step("first").Is("running"));
        await app.PostAsync("/api/runs/suspended/suspend", "", HttpStatusCode.Accepted);

        // The record of a step is there before the orchestrator hears of it, and says what is ready.
        await app.WaitForAsync("suspended", run => run.Is("suspended") && run.Step("first").Is("completed") && run.Step("second").Is("ready"));

        await app.PostAsync("/api/runs/suspended/continue", "", HttpStatusCode.Accepted);

        await app.WaitForAsync("suspended", run => run.Is("completed"));
    }

    [SuiteFact]
    public async Task Stored_workflow_runs_with_the_prompts_of_the_store()
    {
        await PutAsync("/api/prompts/greet", "Greet {{word}}.", "text/markdown");
        await PutAsync("/api/workflows/hello", "steps:\n  - { id: say, promptId: greet }\n", "application/yaml");

        var run = await app.PostAsync(
            "/api/workflows/hello/runs?wait=60",
            """{ "inputs": { "word": "hi" }, "options": { "mocks": { "steps": { "*": [ { "output": "grüß dich" } ] } } } }""");

        Assert.Equal(("hello", "grüß dich"), (run.GetProperty("workflow").GetString(), run.GetProperty("outputs").GetProperty("say").GetString()));
    }

    [SuiteFact]
    public async Task Runs_are_listed_by_their_tag_until_they_are_deleted()
    {
        const string List = "/api/runs?tag=team:listed";
        await app.PostAsync("/api/runs?wait=60", Start("listed", """{ "*": [ { "output": "ok" } ] }""", ", \"tags\": { \"team\": \"listed\" }"));
        await app.PostAsync("/api/runs?wait=60", Start("unlisted", """{ "*": [ { "output": "ok" } ] }"""));
        Assert.Equal(["listed"], await IdsAsync());

        await app.SendAsync(HttpMethod.Delete, "/api/runs/listed", null, HttpStatusCode.Accepted);

        Assert.Empty(await IdsAsync());
        await app.GetAsync("/api/runs/listed", HttpStatusCode.NotFound);

        async Task<IEnumerable<string?>> IdsAsync() =>
            (await app.GetAsync(List)).GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString()).ToList();
    }

    [SuiteFact]
    public async Task Run_id_that_is_taken_is_refused_whether_its_run_has_ended_or_not()
    {
        await app.PostAsync("/api/runs?wait=60", Start("ended", """{ "*": [ { "output": "ok" } ] }"""));
        await app.PostAsync("/api/runs", Start("open", """{ "*": [ { "output": "ok", "latencyMs": 600000 } ] }"""), HttpStatusCode.Accepted);

        await app.PostAsync("/api/runs", Start("ended", """{ "*": [ { "output": "ok" } ] }"""), HttpStatusCode.Conflict);
        await app.PostAsync("/api/runs", Start("open", """{ "*": [ { "output": "ok" } ] }"""), HttpStatusCode.Conflict);
        await app.SendAsync(HttpMethod.Delete, "/api/runs/open?force=true", null, HttpStatusCode.Accepted);
    }

    [SuiteFact]
    public async Task Two_starts_with_one_idempotency_key_are_one_run()
    {
        var runs = new HashSet<string?>();
        for (var i = 0; i < 2; i++)
        {
            using var body = new StringContent(
                $$"""{ "definition": {{Definition}}, "inputs": { "word": "hi" } }""", Encoding.UTF8, "application/json");
            body.Headers.Add("Idempotency-Key", "order-17");
            runs.Add((await app.SendAsync(HttpMethod.Post, "/api/runs", body, HttpStatusCode.Accepted)).GetProperty("runId").GetString());
        }

        await app.WaitForAsync(Assert.Single(runs)!, run => run.Is("completed"));
    }

    [SuiteFact]
    public async Task Run_is_restarted_as_another_one()
    {
        await app.PostAsync("/api/runs?wait=60", Start("before", """{ "*": [ { "output": "grüß dich" } ] }"""));

        var payload = await app.PostAsync("/api/runs/before/restart", "", HttpStatusCode.Accepted);

        var after = payload.GetProperty("runId").GetString()!;
        Assert.NotEqual("before", after);
        var run = await app.WaitForAsync(after, run => run.Is("completed"));
        Assert.Equal("grüß dich", run.GetProperty("outputs").GetProperty("second").GetString());
    }

    /// <summary>More than a web server of ASP.NET Core takes by itself, whose refusal would say nothing.</summary>
    [SuiteFact]
    public async Task Body_of_31_megabytes_is_refused_with_what_is_allowed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new ByteArrayContent(new byte[31_000_000]) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.ExpectContinue = true;

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("The body may have 16777216 bytes.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Definition_that_makes_no_sense_is_refused_with_what_is_wrong()
    {
        var refusal = await app.PostAsync(
            "/api/runs", """{ "definition": { "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["b"] } ] } }""", HttpStatusCode.BadRequest);

        Assert.Contains("'b'", refusal.ToString(), StringComparison.Ordinal);
    }

    protected static async Task PutAsync(IApp app, string path, string text, string type)
    {
        using var body = new StringContent(text, Encoding.UTF8, type);
        await app.SendAsync(HttpMethod.Put, path, body, HttpStatusCode.Created);
    }

    private Task PutAsync(string path, string text, string type) => PutAsync(app, path, text, type);
}

public sealed class LocalAppTests(LocalApp app) : AppTests(app), IClassFixture<LocalApp>;
