using System.Net;
using System.Text.Json;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>Lists and single steps of runs, over a real socket.</summary>
public class RunQueryTests
{
    private const string Failing = """
        { "steps": { "first": [ { "error": { "kind": "unavailable", "message": "Later." } },
        { "output": "hello", "usage": { "inputTokens": 3, "outputTokens": 4 } } ],
                     "second": [ { "error": { "kind": "contentFiltered", "message": "No." } } ] } }
        """;

    [Fact]
    public async Task List_shows_the_newest_first_page_by_page()
    {
        await using var api = await ApiHost.StartAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await RunAsync(api, name);
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await api.GetAsync("/api/runs?top=2" + (token is null ? "" : $"&continuationToken={token}"));
            Assert.Equal(["runs", "continuationToken"], page.EnumerateObject().Select(member => member.Name));
            seen.AddRange(Ids(page));
            token = page.GetProperty("continuationToken").GetString();
        }
        while (token is not null);

        Assert.Equal(["e", "d", "c", "b", "a"], seen);
    }

    [Fact]
    public async Task Item_of_the_list_has_what_identifies_a_run_and_says_where_it_stands()
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "a");
        var item = (await api.GetAsync("/api/runs")).GetProperty("runs")[0];
        Assert.Equal(
            [
                "runId", "workflow", "app", "status", "attempt", "createdAt", "startedAt", "completedAt", "environment", "tags", "parentRunId",
                "error", "reason", "durationMs",
            ],
            item.EnumerateObject().Select(member => member.Name));
        Assert.Equal("completed", item.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("status=failed", "failed")]
    [InlineData("status=running", "slow")]
    [InlineData("status=completed,failed", "other,failed,done")]
    [InlineData("workflow=other", "other")]
    [InlineData("workflow=nobody", "")]
    [InlineData("app=Shop%20%26%20Co", "other")]
    [InlineData("tag=team:blue", "done")]
    [InlineData("tag=team", "failed,done")]
    [InlineData("tag=team&tag=size:9", "failed")]
    [InlineData("from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z", "")]
    [InlineData("from=2000-01-01T00:00:00Z", "slow,other,failed,done")]
    [InlineData("to=2000-01-01T00:00:00Z", "")]
    public async Task Filters_let_through_what_fits(string query, string expected)
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "done", """, "tags": { "team": "blue" } """);
        await RunAsync(api, "failed", """, "tags": { "team": "red", "size": "9" } """, Failing);
        await RunAsync(api, "other", definition: """{ "slug": "other", "appName": "Shop & Co", "steps": [ { "id": "a", "prompt": "{{word}}" } ] }""");
        await api.StartRunAsync(ApiHost.Body(""", "runId": "slow" """, ApiHost.Slow));
        await RunningAsync(api, "slow");
        Assert.Equal(expected, string.Join(',', Ids(await api.GetAsync($"/api/runs?{query}"))));
    }

    [Theory]
    [InlineData("top=0")]
    [InlineData("top=501")]
    [InlineData("top=many")]
    [InlineData("status=done")]
    [InlineData("status=1")]
    [InlineData("from=yesterday")]
    [InlineData("state=failed")]
    [InlineData("continuationToken=nonsense")]
    [InlineData("continuationToken=%C3%A4")]
    public async Task Query_that_is_not_understood_is_400(string query)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.Client.GetAsync($"/api/runs?{query}");
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
    }

    [Fact]
    public async Task Step_is_shown_with_its_output_and_every_attempt()
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "r1", mocks: Failing);
        var step = await api.GetAsync("/api/runs/r1/steps/first");
        Assert.Equal(
            [
                "stepId", "stepPath", "type", "promptId", "promptVersion", "model", "outputKey", "status", "reason", "output", "transformedOutput",
                "attempts",
            ],
            step.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ("first", "prompt", "first", "completed", "hello"),
            (Text(step, "stepPath"), Text(step, "type"), Text(step, "outputKey"), Text(step, "status"), Text(step, "output")));
        var attempts = step.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(["failed", "completed"], attempts.Select(attempt => Text(attempt, "status")));
        Assert.Equal(
            ["callId", "runAttempt", "attempt", "status", "inputs", "startedAt", "completedAt", "durationMs", "queuedMs", "usage", "error"],
            attempts[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal("unavailable", Text(attempts[0].GetProperty("error"), "kind"));
        Assert.Equal(JsonValueKind.Null, attempts[1].GetProperty("error").ValueKind);
        Assert.Equal(
            ("hi", 4), (Text(attempts[1].GetProperty("inputs"), "word"), attempts[1].GetProperty("usage").GetProperty("outputTokens").GetInt32()));
    }

    [Fact]
    public async Task Step_that_did_not_complete_has_no_output_and_says_why()
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "r1", mocks: """{ "steps": { "*": [ { "error": { "kind": "contentFiltered", "message": "No." } } ] } }""");
        var failed = await api.GetAsync("/api/runs/r1/steps/first");
        Assert.Equal(("failed", JsonValueKind.Null), (Text(failed, "status"), failed.GetProperty("output").ValueKind));
        var skipped = await api.GetAsync("/api/runs/r1/steps/second");
        Assert.Equal(
            ("skipped", "dependency", 0), (Text(skipped, "status"), Text(skipped, "reason"), skipped.GetProperty("attempts").GetArrayLength()));
    }

    [Theory]
    [InlineData("/api/runs/nobody", "runNotFound")]
    [InlineData("/api/runs/no%20run", "runNotFound")]
    [InlineData("/api/runs/nobody/steps/first", "runNotFound")]
    [InlineData("/api/runs/no%20run/steps/first", "runNotFound")]
    [InlineData("/api/runs/r1/steps/third", "stepNotFound")]
    [InlineData("/api/runs/r1/steps/a%20b", "stepNotFound")]
    public async Task What_does_not_exist_is_404(string path, string code)
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "r1");
        using var response = await api.Client.GetAsync(path);
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.NotFound, code);
    }

    [Fact]
    public async Task Running_run_is_cancelled_and_then_no_more()
    {
        await using var api = await ApiHost.StartAsync();
        await api.StartRunAsync(ApiHost.Body(""", "runId": "slow" """, ApiHost.Slow));
        await RunningAsync(api, "slow");
        using var accepted = await api.PostAsync("/api/runs/slow/cancel", "");
        Assert.Equal("slow", Text(await ApiHost.ReadAsync(accepted, HttpStatusCode.Accepted), "runId"));
        Assert.Equal(RunStatus.Cancelled, (await api.App.WaitAsync("slow")).Status);
        using var again = await api.PostAsync("/api/runs/slow/cancel", "");
        var problem = await ApiHost.ReadProblemAsync(again, HttpStatusCode.Conflict, "wrongState");
        Assert.Equal("cancelled", Text(problem, "runStatus"));
        Assert.Equal(["slow"], Ids(await api.GetAsync("/api/runs?status=cancelled")));
    }

    [Fact]
    public async Task Cancelling_an_unknown_run_is_404()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs/nobody/cancel", "");
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.NotFound, "runNotFound");
    }

    /// <summary>A run that another attempt continues is not found under the status of its earlier end.</summary>
    [Fact]
    public async Task Run_that_goes_on_after_its_end_is_listed_as_it_is_now()
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "r1", mocks: """{ "steps": { "*": [ { "error": { "kind": "internal" } } ] } }""");
        Assert.Equal(["r1"], Ids(await api.GetAsync("/api/runs?status=failed")));

        using var resumed = await api.PostAsync("/api/runs/r1/resume", $$"""{ "options": { "mocks": {{ApiHost.Slow}} } }""");
        await ApiHost.ReadAsync(resumed, HttpStatusCode.Accepted);

        Assert.Empty(Ids(await api.GetAsync("/api/runs?status=failed")));
        Assert.Equal(["r1"], Ids(await api.GetAsync("/api/runs?status=running,pending")));
    }

    [Fact]
    public async Task Run_whose_orchestration_says_otherwise_is_listed_as_that_says()
    {
        await using var api = await ApiHost.StartAsync();
        await RunAsync(api, "r1");
        await api.App.Get<RunStore>().UpdateAsync("r1", run => run with { Status = RunStatus.Running }, CancellationToken.None);

        Assert.Equal(["r1"], Ids(await api.GetAsync("/api/runs?status=completed")));
    }

    private static async Task RunAsync(
        ApiHost api, string runId, string more = "", string mocks = ApiHost.Quick, string definition = ApiHost.Definition)
    {
        using var response = await api.PostAsync("/api/runs?wait=60", ApiHost.Body($$""", "runId": "{{runId}}"{{more}}""", mocks, definition));
        await ApiHost.ReadAsync(response, HttpStatusCode.OK);
    }

    private static async Task RunningAsync(ApiHost api, string runId)
    {
        await foreach (var item in api.App.Get<Orchestrator.Activities.Feed.RunEventFeed>()
            .FollowAsync(await api.App.IdentityAsync(runId), withTexts: true, CancellationToken.None))
        {
            if (item.Event == Orchestrator.Activities.RunLogs.RunEventNames.StepStarted)
            {
                return;
            }
        }
    }

    private static List<string> Ids(JsonElement page) => [.. page.GetProperty("runs").EnumerateArray().Select(run => Text(run, "runId")!)];

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}
