using System.Text.Json;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Whole runs on the embedded host, in memory.</summary>
public class WorkflowRunTests
{
    private const string Diamond = """
        { "options": { "parallelBatchDelay": 0 },
          "steps": [
            { "id": "a", "prompt": "Start with {{word}}." },
            { "id": "b", "prompt": "Left: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "Right: {{a}}", "dependsOn": ["a"], "outputKey": "right" },
            { "id": "d", "prompt": "{{left}} and {{right}}", "dependsOn": ["b", "c"], "inputMapping": { "left": "b", "right": "right" },
              "options": { "outputTransform": "extractScores" } } ] }
        """;

    [Fact]
    public async Task Run_completes_with_every_output_and_transform()
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Diamond,
            """{ "a": [ { "output": "A" } ], "b": [ { "output": "B" } ], "c": [ { "output": "C" } ], "d": [ { "output": "**Clarity**: 7/10" } ] }""",
            """{ "word": "x" }""");

        var run = await app.WaitAsync("r1");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(
            """{"word":"x","a":"A","b":"B","right":"C","d":"**Clarity**: 7/10","d_transformed":{"clarity":7}}""", run.Outputs!.ToJsonString());
        Assert.Equal((4, 4), (run.Progress.Total, run.Progress.Done));
        Assert.All(run.Steps.Values, step => Assert.Equal((StepStatus.Completed, 1), (step.Status, step.Attempts)));
    }

    [Fact]
    public async Task Failure_stops_the_run_and_every_step_has_its_status()
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Diamond, """{ "b": [ { "error": { "kind": "contentFiltered", "message": "Not that." } } ], "*": [ { "output": "ok" } ] }""",
            """{ "word": "x" }""");

        var run = await app.WaitAsync("r1");

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal((ErrorKind.ContentFiltered, "b", 1), (run.Error!.Kind, run.Error.Step, run.Error.Attempt));
        Assert.Equal(StepStatus.Failed, run.Steps["b"].Status);
        Assert.Equal(StepStatus.Completed, run.Steps["c"].Status);
        Assert.Equal((StepStatus.Skipped, "dependency"), (run.Steps["d"].Status, run.Steps["d"].Reason));
        Assert.Null(run.Outputs);
    }

    [Fact]
    public async Task Rate_limit_is_waited_out_and_every_attempt_is_paid_for()
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", """{ "steps": [ { "id": "a", "prompt": "Hello." } ] }""",
            """
            { "a": [ { "error": { "kind": "rateLimited", "retryAfterMs": 50 }, "usage": { "inputTokens": 3, "outputTokens": 0 } },
                     { "output": "ok", "usage": { "inputTokens": 10, "outputTokens": 20 } } ] }
            """);

        var run = await app.WaitAsync("r1");

        Assert.Equal((RunStatus.Completed, 2), (run.Status, run.Steps["a"].Attempts));
        Assert.Equal((13, 20), (run.Usage.InputTokens, run.Usage.OutputTokens));
        Assert.Null(run.Steps["a"].Error);
    }

    [Fact]
    public async Task Cancelled_run_ends_and_says_so()
    {
        await using var app = await AppHost.StartAsync();
        var started = await app.StartRunAsync("r1", Diamond, """{ "*": [ { "output": "late", "latencyMs": 600000 } ] }""", """{ "word": "x" }""");
        await foreach (var item in app.Get<RunEventFeed>().FollowAsync(await app.IdentityAsync("r1"), withTexts: true, CancellationToken.None))
        {
            if (item.Event == RunEventNames.StepStarted)
            {
                break;
            }
        }

        await app.Get<RunSteering>().CancelAsync(app.Client, started, CancellationToken.None);

        var run = await app.WaitAsync("r1");
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.All(run.Steps.Values, step => Assert.Equal((StepStatus.Cancelled, "cancel"), (step.Status, step.Reason)));
    }

    [Fact]
    public async Task Plan_of_thousands_of_steps_runs_although_it_does_not_fit_into_the_history()
    {
        const int Count = 2_000;
        var steps = Enumerable.Range(0, Count).Select(step => new
        {
            id = $"step_{step}",
            prompt = step == 0 ? "Begin." : $"Again: {{{{step_{step - 1}}}}}",
            dependsOn = step == 0 ? [] : new[] { $"step_{step - 1}" },
        });
        var definition = JsonSerializer.Serialize(new { options = new { parallelBatchDelay = 0 }, steps });
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", definition, """{ "*": [ { "output": "ok" } ] }""");

        var run = await app.WaitAsync("r1");

        Assert.Equal((RunStatus.Completed, Count), (run.Status, run.Progress.Done));
    }
}
