using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Fallbacks in whole runs, for every cause of the step's failure.</summary>
[Trait("Trust", "6")]
public class FallbackRunTests
{
    private const string Slow = """{ "*": [ { "output": "ok", "latencyMs": 50 } ] }""";

    [Fact]
    public async Task Refused_steps_fall_back_and_their_value_reaches_outputs_and_dependents()
    {
        const string Definition = """
            { "options": { "maxParallelism": 1, "queueSize": 1, "parallelBatchDelay": 0 },
              "steps": [
                { "id": "a", "prompt": "a" },
                { "id": "b", "prompt": "b", "options": { "fallback": { "step": "z" } } },
                { "id": "c", "prompt": "c", "options": { "fallback": { "value": { "n": 1 } } } },
                { "id": "d", "prompt": "d", "options": { "onError": { "queueFull": { "step": "y" } } } },
                { "id": "z", "prompt": "z" },
                { "id": "y", "prompt": "y" },
                { "id": "after", "type": "merge", "mode": "object", "from": ["c", "d"], "dependsOn": ["c", "d"] } ] }
            """;
        var run = await RunAsync(Definition, Slow);

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.All(["c", "d"], id => Assert.Equal((StepStatus.Completed, true), (run.Steps[id].Status, run.Steps[id].FallbackUsed)));
        Assert.Equal((StepStatus.Completed, StepStatus.Skipped), (run.Steps["b"].Status, run.Steps["z"].Status));
        Assert.Equal("""{"c":{"n":1},"d":"ok"}""", run.Outputs!["after"]!.ToJsonString());
        Assert.Empty(run.Attempts[0].Failed);
    }

    [Fact]
    public async Task Refused_step_is_reported_with_its_error()
    {
        const string Definition = """
            { "options": { "maxParallelism": 1, "queueSize": 1, "parallelBatchDelay": 0 },
              "steps": [ { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "b" }, { "id": "c", "prompt": "c" } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", Definition, Slow);
        var run = await app.WaitAsync("r1");
        var events = (await app.Get<RunEventFeed>().ReadAsync(await app.IdentityAsync("r1"), CancellationToken.None));

        Assert.Equal((StepStatus.Failed, ErrorKind.QueueFull), (run.Steps["c"].Status, run.Steps["c"].Error!.Kind));
        Assert.Equal(ErrorKind.QueueFull, Assert.Single(events, item => item.Event == RunEventNames.StepFailed).Error!.Kind);
    }

    [Fact]
    public async Task Step_without_time_for_another_attempt_completes_with_its_value()
    {
        const string Definition = """
            { "steps": [
                { "id": "a", "prompt": "a", "options": { "stepTimeout": 1000, "fallback": { "value": "n/a" } } },
                { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Definition, """{ "a": [ { "error": { "kind": "rateLimited", "retryAfterMs": 5000 } } ], "b": [ { "output": "ok" } ] }""");
        var run = await app.WaitAsync("r1");
        var step = await app.Get<RunStepReader>().FindAsync("r1", "a", CancellationToken.None);

        Assert.Equal((RunStatus.Completed, StepStatus.Completed, true), (run.Status, run.Steps["a"].Status, run.Steps["a"].FallbackUsed));
        Assert.Equal(("n/a", "n/a"), (run.Outputs!["a"]!.GetValue<string>(), step!.Output!.GetValue<string>()));
        Assert.Equal(ErrorKind.Timeout, Assert.Single(step.Attempts).Error!.Kind);
    }

    [Fact]
    public async Task Value_is_used_when_the_condition_of_the_turns_cannot_be_evaluated()
    {
        const string Definition = """
            { "steps": [ { "id": "a", "prompt": "a", "repeat": { "until": "number(a) > 3", "max": 2 },
            "options": { "fallback": { "value": "n/a" } } } ] }
            """;
        var run = await RunAsync(Definition, """{ "a": [ { "output": "none" } ] }""");

        Assert.Equal((RunStatus.Completed, true, "n/a"), (run.Status, run.Steps["a"].FallbackUsed, run.Outputs!["a"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Step_in_whose_place_a_fallback_step_succeeded_is_not_among_the_failed()
    {
        const string Definition = """
            { "options": { "onStepFailure": "continue" },
              "steps": [
                { "id": "a", "prompt": "a", "options": { "fallback": { "step": "b" } } }, { "id": "b", "prompt": "b" },
                { "id": "c", "prompt": "c" } ] }
            """;
        var run = await RunAsync(
            Definition,
            """{ "a": [ { "error": { "kind": "toolFailed" } } ], "b": [ { "output": "ok" } ], "c": [ { "error": { "kind": "toolFailed" } } ] }""");

        Assert.Equal((RunStatus.Failed, StepStatus.Completed), (run.Status, run.Steps["a"].Status));
        Assert.Equal(["c"], run.Attempts[0].Failed);
    }

    private static async Task<RunDocument> RunAsync(string definition, string mocks)
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", definition, mocks);
        return await app.WaitAsync("r1");
    }
}
