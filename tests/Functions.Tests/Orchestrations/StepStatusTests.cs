using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>The status and the error of a step can be read after every kind of end.</summary>
[Trait("Trust", "20")]
public class StepStatusTests
{
    [Fact]
    public async Task Status_and_error_are_read_of_steps_that_failed_or_were_skipped()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "ok", "prompt": "o" },
                { "id": "f", "prompt": "f", "options": { "onError": "continue" } },
                { "id": "sk", "prompt": "s", "when": "ok == 'never'", "dependsOn": ["ok"] },
                { "id": "behind", "prompt": "b", "dependsOn": ["sk"] },
                { "id": "spare", "prompt": "p" },
                { "id": "saved", "prompt": "p", "options": { "fallback": { "step": "spare" } } },
                { "id": "all", "prompt": "{{steps.ok.status}} {{f.status}} {{f.error.kind}} {{sk.status}} {{behind.status}} {{spare.status}} {{behind.error}} {{behind.usage.inputTokens}}",
                  "dependsOn": ["ok", "f", "sk", "behind", "spare", "saved"], "join": "settled" },
                { "id": "on_failure", "prompt": "x", "when": "steps.f.status == 'failed' && steps.f.error.kind == 'contentFiltered'",
                "dependsOn": ["f"] },
                { "id": "on_skip", "prompt": "x", "when": "steps.behind.status == 'skipped'", "dependsOn": ["behind"], "join": "settled" },
                { "id": "last", "prompt": "{{steps.f.status}}", "dependsOn": ["f"] } ],
              "finally": ["last"],
              "outputs": { "f": "steps.f.status", "sk": "steps.behind.status", "ok": "steps.ok.status", "error": "steps.f.error.kind" } }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Definition, """{ "f": [ { "error": { "kind": "contentFiltered", "message": "no" } } ], "*": [ { "output": "ok" } ] }""");
        var run = await app.WaitAsync("r1");

        Assert.Equal((StepStatus.Completed, StepStatus.Completed), (run.Steps["on_failure"].Status, run.Steps["on_skip"].Status));
        Assert.Equal(
            """{"steps.ok.status":"completed","f.status":"failed","f.error.kind":"contentFiltered","sk.status":"skipped","behind.status":"skipped","spare.status":"skipped",""" +
            "\"behind.error\":null,\"behind.usage.inputTokens\":0}",
            await InputsAsync(app, "all"));
        Assert.Equal("""{"steps.f.status":"failed"}""", await InputsAsync(app, "last"));
        Assert.Equal("""{"f":"failed","sk":"skipped","ok":"completed","error":"contentFiltered"}""", run.Outputs!.ToJsonString());
    }

    [Fact]
    public async Task Final_step_reads_of_a_run_that_was_stopped_what_became_of_its_steps()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "bad", "prompt": "b" }, { "id": "behind", "prompt": "c", "dependsOn": ["bad"] },
                { "id": "notify", "prompt": "{{steps.bad.status}} {{steps.behind.status}}", "dependsOn": ["bad", "behind"] } ],
              "finally": ["notify"] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", Definition, """{ "bad": [ { "error": { "kind": "toolFailed" } } ], "*": [ { "output": "ok" } ] }""");
        await app.WaitAsync("r1");

        Assert.Equal("""{"steps.bad.status":"failed","steps.behind.status":"skipped"}""", await InputsAsync(app, "notify"));
    }

    [Fact]
    public async Task Refused_step_has_an_error_to_read_although_it_made_no_attempt()
    {
        const string Definition = """
            { "options": { "maxParallelism": 1, "queueSize": 1, "parallelBatchDelay": 0 },
              "steps": [
                { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "b" },
                { "id": "c", "prompt": "c", "options": { "onError": "continue" } },
                { "id": "end", "type": "merge", "from": { "status": "steps.c.status", "kind": "steps.c.error.kind" }, "dependsOn": ["b", "c"] } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", Definition, """{ "*": [ { "output": "ok", "latencyMs": 50 } ] }""");
        var run = await app.WaitAsync("r1");

        Assert.Equal("""{"status":"failed","kind":"queueFull"}""", run.Outputs!["end"]!.ToJsonString());
    }

    [Fact]
    public async Task Resumed_run_reads_a_reused_step_as_completed()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "a", "prompt": "a" },
                { "id": "end", "prompt": "{{steps.a.status}}", "when": "steps.a.status == 'completed'", "dependsOn": ["a"] } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Definition, """{ "a": [ { "output": "ok" } ], "end": [ { "error": { "kind": "toolFailed" } }, { "output": "ok" } ] }""");
        await app.WaitAsync("r1");
        var resumed = await app.Get<RunResumer>()
            .ResumeAsync(app.Client, new ResumeRequest("r1") { Definition = Encoding.UTF8.GetBytes(Definition) }, CancellationToken.None);
        var run = await app.WaitAsync(resumed.InstanceId, "r1");

        Assert.Equal((StepStatus.Reused, StepStatus.Completed), (run.Steps["a"].Status, run.Steps["end"].Status));
        Assert.Equal("""{"steps.a.status":"completed"}""", await InputsAsync(app, "end", runAttempt: 2));
    }

    [Fact]
    public async Task Fallback_step_reads_what_its_step_failed_of()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "a", "prompt": "a", "options": { "fallback": { "step": "b" } } },
                { "id": "b", "prompt": "{{steps.a.status}} {{steps.a.error.kind}}", "dependsOn": "auto" } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", Definition, """{ "a": [ { "error": { "kind": "contentFiltered" } } ], "b": [ { "output": "ok" } ] }""");
        var run = await app.WaitAsync("r1");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal("""{"steps.a.status":"failed","steps.a.error.kind":"contentFiltered"}""", await InputsAsync(app, "b"));
    }

    [Fact]
    public async Task Transform_works_on_the_fallback_value()
    {
        const string Definition = """
            { "steps": [
                { "id": "a", "prompt": "a", "options": { "outputTransform": "parseJson", "fallback": { "value": "{\"score\": 5}" } } },
                { "id": "b", "type": "merge", "from": { "score": "a_transformed.score" }, "dependsOn": ["a"] } ] }
            """;
        var run = await RunFailingAsync(Definition);

        Assert.Equal(5, run.Outputs!["a_transformed"]!["score"]!.GetValue<int>());
        Assert.Equal("""{"score":5}""", run.Outputs["b"]!.ToJsonString());
    }

    private static async Task<RunDocument> RunFailingAsync(string definition)
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", definition, """{ "a": [ { "error": { "kind": "toolFailed" } } ] }""");
        var run = await app.WaitAsync("r1");
        Assert.True(run.Status == RunStatus.Completed, $"{run.Status} {run.Error?.Message}");
        return run;
    }

    private static async Task<string> InputsAsync(AppHost app, string step, int runAttempt = 1) =>
        ((JsonObject)(await app.Get<CheckpointStore>()
            .FindAsync(await app.IdentityAsync("r1"), step, runAttempt, 1, CancellationToken.None))!.Inputs!).ToJsonString();
}
