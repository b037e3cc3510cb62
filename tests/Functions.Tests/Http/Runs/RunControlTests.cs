using System.Net;
using System.Text.Json;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>Operations on runs over a real socket: codes, bodies, and that a refusal changes nothing.</summary>
public sealed class RunControlTests : IAsyncLifetime
{
    private const string Failing =
        """{ "steps": { "second": [ { "error": { "kind": "internal" } }, { "output": "good" } ], "*": [ { "output": "ok" } ] } }""";

    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Resume_answers_with_the_start_payload_of_the_new_instance()
    {
        await EndedAsync("r1", Failing);

        using var response = await _api.PostAsync("/api/runs/r1/resume", """{ "reason": "again" }""");
        var payload = await ApiHost.ReadAsync(response, HttpStatusCode.Accepted);

        Assert.Equal(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "suspendPostUri", "resumePostUri", "purgeHistoryDeleteUri",
                "restartPostUri",
                 "runId", "runUri", "eventsUri", "resumeRunUri"],
            payload.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("r1.2", "r1"), (payload.GetProperty("id").GetString(), payload.GetProperty("runId").GetString()));
        Assert.Equal(payload.GetProperty("statusQueryGetUri").GetString(), response.Headers.Location!.OriginalString);
        Assert.Equal(10, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        await _api.App.WaitAsync("r1.2", "r1");
        var run = await _api.GetAsync("/api/runs/r1");
        Assert.Equal(("completed", 2), (run.GetProperty("status").GetString(), run.GetProperty("attempt").GetInt32()));
        Assert.Equal("""["first"]""", run.GetProperty("attempts")[1].GetProperty("reused").GetRawText());
        Assert.Equal(("reused", true), (Step(run, "first").GetProperty("status").GetString(), Step(run, "first").GetProperty("reused").GetBoolean()));
    }

    [Fact]
    public async Task Resume_needs_no_body()
    {
        await EndedAsync("r1", Failing);

        using var response = await _api.Client.PostAsync("/api/runs/r1/resume", null);

        await ApiHost.ReadAsync(response, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Resume_takes_everything_that_the_contract_names()
    {
        await EndedAsync("r1", Failing);
        var definition = ApiHost.Definition.Replace("Again:", "Once more:", StringComparison.Ordinal);

        using var response = await _api.PostAsync("/api/runs/r1/resume", $$"""
            { "from": "second", "inputs": { "word": "ho" }, "definition": {{definition}}, "outputs": { "first": "by hand" },
              "fork": true, "reason": "try",
              "options": { "maxParallelism": 1, "budget": { "usd": 1 }, "mocks": { "steps": { "second": [ { "output": "new" } ] } } } }
            """);
        var runId = (await ApiHost.ReadAsync(response, HttpStatusCode.Accepted)).GetProperty("runId").GetString()!;

        Assert.NotEqual("r1", runId);
        var run = await _api.App.WaitAsync(runId);
        Assert.Equal(
            (RunStatus.Completed, "by hand", "new"),
            (run.Status, run.Outputs!["first"]!.GetValue<string>(), run.Outputs["second"]!.GetValue<string>()));
        Assert.Equal(RunStatus.Failed, (await _api.App.Get<RunStore>().FindAsync("r1", CancellationToken.None))!.Status);
    }

    [Theory]
    [InlineData("""{ "from": "secnod" }""", "There is no step 'secnod' to go on from. Did you mean 'second'?")]
    [InlineData("""{ "outputs": { "third": 1 } }""", "There is no step 'third' that could be given an output.")]
    [InlineData("""{ "outputs": { "first": 1 }, "from": "first" }""", "Step 'first' cannot be gone on from and have its output given at once")]
    [InlineData("""{ "form": "second" }""", "There is no 'form' in the request.")]
    [InlineData("""{ "fork": "yes" }""", "'fork' of the request must be true or false")]
    [InlineData("""{ "options": { "maxParallelism": 0 } }""", "'maxParallelism' of the run's options must be a whole number from 1")]
    [InlineData("""{ "definition": { "steps": [ { "id": "first", "prompt": "x", "dependsOn": ["no"] } ] } }""", "no")]
    [InlineData("""{ "options": { "model": "" } }""", "Step 'first' asks a model whose name is empty: name one, or leave it out.")]
    [InlineData("[]", "The request must be an object.")]
    [InlineData("{", "The body is not JSON")]
    public async Task Resume_with_a_mistake_is_refused_and_changes_nothing(string body, string sentence)
    {
        await EndedAsync("r1", Failing);
        var before = await ContentsAsync();

        using var response = await _api.PostAsync("/api/runs/r1/resume", body);

        var problem = await ApiHost.ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await ContentsAsync());
        Assert.Null(await _api.App.Client.GetInstanceAsync("r1.2"));
    }

    [Fact]
    public async Task Resume_with_several_mistakes_is_refused_with_all_of_them()
    {
        var definition = """{ "inputs": { "word": {} }, "outputs": { "result": "second" }, "steps": [ { "id": "first", "prompt": "a" },""" +
            """ { "id": "second", "prompt": "b {{word}}" } ] }""";
        await EndedAsync("r1", Failing, definition);

        using var response = await _api.PostAsync(
            "/api/runs/r1/resume", """{ "from": "secnod", "inputs": { "world": 1 }, "outputs": { "first": "x", "third": "y" } }""");

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Equal(
            [null, "secnod", "first", "third"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.TryGetProperty("step", out var step) ? step.GetString() : null));
    }

    [Fact]
    public async Task Output_of_an_unused_step_cannot_be_given_by_hand()
    {
        var definition =
            """{ "outputs": { "result": "second" }, "steps": [ { "id": "first", "prompt": "a" }, { "id": "second", "prompt": "b" } ] }""";
        await EndedAsync("r1", Failing, definition);

        using var response = await _api.PostAsync("/api/runs/r1/resume", """{ "outputs": { "first": "x" } }""");

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.Contains("No other step uses the output of 'first'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_of_a_run_that_is_under_way_has_completed_was_purged_or_is_unknown_is_refused()
    {
        await StartAsync("running", ApiHost.Slow);
        await EndedAsync("completed", ApiHost.Quick);
        await EndedAsync("purged", Failing);
        await _api.App.Client.PurgeInstanceAsync("purged");

        var before = await ContentsAsync("completed", "purged");
        foreach (var (runId, status) in new[] { ("running", "running"), ("completed", "completed"), ("purged", "failed") })
        {
            using var response = await _api.PostAsync($"/api/runs/{runId}/resume", "{}");
            var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.Conflict, "wrongState");
            Assert.Contains(problem.GetProperty("runStatus").GetString(), new[] { status, "pending" });
            Assert.Contains($"'{runId}'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        using var unknown = await _api.PostAsync("/api/runs/nobody/resume", "{}");
        await ApiHost.ReadProblemAsync(unknown, HttpStatusCode.NotFound, "runNotFound");
        Assert.Equal(before, await ContentsAsync("completed", "purged"));
        Assert.Null(await _api.App.Get<RunStore>().FindAsync("nobody", CancellationToken.None));
    }

    [Theory]
    [InlineData("POST", "runs/r1/resume?dryRun=true", "dryRun")]
    [InlineData("POST", "runs/r1/restart?wait=1", "wait")]
    [InlineData("POST", "runs/r1/cancel?force=true", "force")]
    [InlineData("DELETE", "runs/r1?dryRun=true", "dryRun")]
    [InlineData("POST", "runs?dryRun=true", "dryRun")]
    public async Task Query_parameter_that_does_not_exist_is_refused_before_anything_is_done(string method, string path, string parameter)
    {
        await EndedAsync("r1", Failing);
        var before = await ContentsAsync("r1");

        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/{path}&code=key")
        {
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await _api.Client.SendAsync(request);

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
        Assert.StartsWith($"There is no query parameter '{parameter}'.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await ContentsAsync("r1"));
    }

    [Fact]
    public async Task Suspended_run_starts_nothing_until_it_is_continued()
    {
        const string Mocks = """{ "steps": { "first": [ { "output": "ok", "latencyMs": 300 } ], "*": [ { "output": "ok" } ] } }""";
        await StartAsync("r1", Mocks);
        await SeenAsync("r1", RunEventNames.StepStarted);

        await OperateAsync("r1", "suspend", HttpStatusCode.Accepted, "suspended");
        await SeenAsync("r1", RunEventNames.StepCompleted);
        await _api.App.Client.RaiseEventAsync("r1", "nothing");
        Assert.Equal("suspended", (await _api.GetAsync("/api/runs/r1")).GetProperty("status").GetString());
        Assert.DoesNotContain(
            (await _api.App.Get<RunEventFeed>().ReadAsync(await _api.App.IdentityAsync("r1"), CancellationToken.None)),
            item => item is { Event: RunEventNames.StepStarted, StepId: "second" });
        await OperateAsync("r1", "suspend", HttpStatusCode.Conflict, "suspended already");

        await OperateAsync("r1", "continue", HttpStatusCode.Accepted, "running|completed");
        Assert.Equal(RunStatus.Completed, (await _api.App.WaitAsync("r1")).Status);
        await OperateAsync("r1", "continue", HttpStatusCode.Conflict, "has ended: it is completed");
        await OperateAsync("r1", "suspend", HttpStatusCode.Conflict, "has ended");
    }

    [Fact]
    public async Task Suspended_run_can_be_cancelled()
    {
        await StartAsync("r1", ApiHost.Slow);
        await SeenAsync("r1", RunEventNames.StepStarted);
        await OperateAsync("r1", "suspend", HttpStatusCode.Accepted, "suspended");

        await OperateAsync("r1", "cancel", HttpStatusCode.Accepted, "suspended");

        Assert.Equal(RunStatus.Cancelled, (await _api.App.WaitAsync("r1")).Status);
    }

    [Fact]
    public async Task Run_that_the_Durable_API_suspended_says_so_and_can_be_continued()
    {
        await StartAsync("r1", """{ "steps": { "*": [ { "output": "ok", "latencyMs": 200 } ] } }""");
        await SeenAsync("r1", RunEventNames.StepStarted);
        await _api.App.Client.SuspendInstanceAsync("r1");
        Assert.Equal("suspended", (await _api.GetAsync("/api/runs/r1")).GetProperty("status").GetString());

        await OperateAsync("r1", "continue", HttpStatusCode.Accepted, "running|completed");

        Assert.Equal(RunStatus.Completed, (await _api.App.WaitAsync("r1")).Status);
    }

    [Fact]
    public async Task Run_that_was_terminated_or_purged_behind_our_back_does_not_say_running_for_ever()
    {
        await StartAsync("r1", ApiHost.Slow);
        await SeenAsync("r1", RunEventNames.StepStarted);
        await _api.App.Client.TerminateInstanceAsync("r1", "enough");

        var run = await _api.GetAsync("/api/runs/r1");
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Contains("terminated", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("cancelled", Step(run, "second").GetProperty("status").GetString());
        Assert.Equal("lost", Step(run, "second").GetProperty("reason").GetString());

        await EndedAsync("r2", ApiHost.Quick);
        await _api.App.Get<RunStore>().UpdateAsync("r2", record => record with { Status = RunStatus.Running }, CancellationToken.None);
        await _api.App.Client.PurgeInstanceAsync("r2");
        run = await _api.GetAsync("/api/runs/r2");
        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Contains("purged", run.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_whose_host_died_before_it_was_scheduled_begins_at_the_next_read()
    {
        await EndedAsync("r1", Failing);
        var store = _api.App.Get<RunStore>();
        await store.UpdateAsync("r1", record => record with { Status = RunStatus.Pending }, CancellationToken.None);
        await _api.App.Client.PurgeInstanceAsync("r1");

        await _api.GetAsync("/api/runs/r1");

        Assert.Equal(RunStatus.Failed, (await _api.App.WaitAsync("r1")).Status);
        Assert.NotNull(await _api.App.Client.GetInstanceAsync("r1"));
    }

    [Fact]
    public async Task Restart_is_a_new_run_with_the_same_definition_inputs_and_options()
    {
        await EndedAsync("r1", ApiHost.Quick);

        using var response = await _api.PostAsync("/api/runs/r1/restart", "{}");
        var runId = (await ApiHost.ReadAsync(response, HttpStatusCode.Accepted)).GetProperty("runId").GetString()!;

        Assert.NotEqual("r1", runId);
        var run = await _api.App.WaitAsync(runId);
        Assert.Equal((RunStatus.Completed, "hi", "try"), (run.Status, run.Outputs!["word"]!.GetValue<string>(), run.Workflow));
        Assert.Equal("Restarted from run 'r1'.", run.Attempts[0].Reason);
        using var unknown = await _api.PostAsync("/api/runs/nobody/restart", "{}");
        await ApiHost.ReadProblemAsync(unknown, HttpStatusCode.NotFound, "runNotFound");
    }

    [Fact]
    public async Task Deleted_run_is_gone_with_everything_of_it()
    {
        await EndedAsync("r1", Failing);
        using (var resumed = await _api.PostAsync("/api/runs/r1/resume", "{}"))
        {
            await ApiHost.ReadAsync(resumed, HttpStatusCode.Accepted);
        }

        await _api.App.WaitAsync("r1.2", "r1");
        using var response = await _api.Client.DeleteAsync("/api/runs/r1");
        await ApiHost.ReadAsync(response, HttpStatusCode.Accepted);

        using var gone = await _api.Client.GetAsync("/api/runs/r1");
        await ApiHost.ReadProblemAsync(gone, HttpStatusCode.NotFound, "runNotFound");
        Assert.Equal(0, (await _api.GetAsync("/api/runs")).GetProperty("runs").GetArrayLength());
        Assert.Null(await _api.App.Client.GetInstanceAsync("r1"));
        Assert.Null(await _api.App.Client.GetInstanceAsync("r1.2"));
        var left = new List<string>();
        await foreach (var key in _api.App.Get<Orchestrator.Storage.IContentStore>().ListAsync(Orchestrator.Storage.ContentPrefix.All))
        {
            left.Add(key.Value.Split('/')[0]);
        }

        Assert.Equal(["definitions"], left.Distinct());
        using var again = await _api.Client.DeleteAsync("/api/runs/r1");
        await ApiHost.ReadProblemAsync(again, HttpStatusCode.NotFound, "runNotFound");
    }

    [Fact]
    public async Task Run_that_is_under_way_is_not_deleted()
    {
        await StartAsync("r1", ApiHost.Slow);

        using var response = await _api.Client.DeleteAsync("/api/runs/r1");

        await ApiHost.ReadProblemAsync(response, HttpStatusCode.Conflict, "wrongState");
        Assert.Equal("r1", (await _api.GetAsync("/api/runs/r1")).GetProperty("runId").GetString());
    }

    private static JsonElement Step(JsonElement run, string id) => run.GetProperty("steps").GetProperty(id);

    private Task<string> StartAsync(string runId, string mocks, string definition = ApiHost.Definition) =>
        _api.StartRunAsync(ApiHost.Body($$""", "runId": "{{runId}}" """, mocks, definition));

    private async Task EndedAsync(string runId, string mocks, string definition = ApiHost.Definition)
    {
        await StartAsync(runId, mocks, definition);
        await _api.App.WaitAsync(runId);
    }

    /// <summary>Everything that is stored, with its version: of these runs, or of all.</summary>
    private async Task<List<string>> ContentsAsync(params string[] runIds)
    {
        var store = _api.App.Get<IContentStore>();
        var contents = new List<string>();
        await foreach (var key in store.ListAsync(ContentPrefix.All))
        {
            if (runIds.Length == 0 || runIds.Any(runId => key.Value.Contains(runId, StringComparison.Ordinal)))
            {
                contents.Add($"{key} {(await store.GetAsync(key))!.ETag}");
            }
        }

        return contents;
    }

    private async Task SeenAsync(string runId, string name)
    {
        await foreach (var item in _api.App.Get<RunEventFeed>().FollowAsync(await _api.App.IdentityAsync(runId), withTexts: true, CancellationToken.None))
        {
            if (item.Event == name)
            {
                return;
            }
        }
    }

    private async Task OperateAsync(string runId, string operation, HttpStatusCode code, string expected)
    {
        using var response = await _api.PostAsync($"/api/runs/{runId}/{operation}", "{}");
        if (code == HttpStatusCode.Accepted)
        {
            Assert.Contains((await ApiHost.ReadAsync(response, code)).GetProperty("status").GetString(), expected.Split('|'));
        }
        else
        {
            Assert.Contains(
                expected, (await ApiHost.ReadProblemAsync(response, code, "wrongState")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
