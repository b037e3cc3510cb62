using Orchestrator.Activities.Preparation;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>The rules of steps in whole runs: conditions, joins, failures, final steps, named outputs.</summary>
public class StepRuleTests
{
    [Fact]
    public async Task Condition_over_an_output_decides_whether_a_step_runs()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "score", "prompt": "Score." },
                { "id": "praise", "prompt": "Praise.", "dependsOn": ["score"], "when": "number(score) >= 8" },
                { "id": "advise", "prompt": "Advise.", "dependsOn": ["score"], "when": "number(score) < 8" },
                { "id": "end", "prompt": "End: {{advise}}{{praise}}", "dependsOn": ["praise", "advise"], "join": "settled" } ],
              "outputs": { "last": "end", "praise": "praise" } }
            """;
        var run = await RunAsync(
            Definition, """{ "score": [ { "output": "5" } ], "advise": [ { "output": "Read more." } ], "*": [ { "output": "ok" } ] }""");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal((StepStatus.Skipped, "condition", 0), (run.Steps["praise"].Status, run.Steps["praise"].Reason, run.Steps["praise"].Attempts));
        Assert.Equal(StepStatus.Completed, run.Steps["advise"].Status);
        Assert.Equal("""{"last":"ok","praise":null}""", run.Outputs!.ToJsonString());
    }

    [Fact]
    public async Task Condition_over_inputs_is_decided_before_the_run()
    {
        const string Definition = """
            { "inputs": { "lang": { "type": "string", "required": true } },
              "steps": [ { "id": "a", "prompt": "A.", "when": "inputs.lang == 'de'" }, { "id": "b", "prompt": "B." } ] }
            """;
        var run = await RunAsync(Definition, Ok, """{ "lang": "en" }""");

        Assert.Equal((StepStatus.Skipped, "condition"), (run.Steps["a"].Status, run.Steps["a"].Reason));
        Assert.Equal(StepStatus.Completed, run.Steps["b"].Status);
    }

    [Fact]
    public async Task Condition_that_cannot_be_evaluated_over_the_inputs_refuses_the_run()
    {
        const string Definition = """{ "inputs": { "n": { "default": 1 } }, "steps": [ { "id": "a", "prompt": "A.", "when": "n + 1" } ] }""";

        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => RunAsync(Definition, Ok));
        Assert.Contains("'a'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_of_the_first_success_goes_on_with_that_one_only()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0, "onStepFailure": "continue" },
              "steps": [
                { "id": "fast", "prompt": "F." }, { "id": "slow", "prompt": "S." },
                { "id": "first", "prompt": "First: {{fast}}|{{slow}}", "dependsOn": ["fast", "slow"], "join": "any" } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Definition,
            """{ "fast": [ { "output": "F" } ], "slow": [ { "output": "S", "latencyMs": 400 } ], "first": [ { "output": "ok" } ] }""");
        var run = await app.WaitAsync("r1");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.True(run.Steps["first"].StartedAt < run.Steps["slow"].CompletedAt);
        var record = await app.Get<Orchestrator.Activities.RunLogs.CheckpointStore>()
            .FindAsync(await app.IdentityAsync("r1"), "first", 1, 1, CancellationToken.None);
        Assert.Equal("""{"fast":"F","slow":null}""", record!.Inputs!.ToJsonString());
    }

    [Fact]
    public async Task Join_of_the_first_success_may_read_what_is_before_that_one()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "source", "prompt": "S." },
                { "id": "fast", "prompt": "F.", "dependsOn": ["source"] }, { "id": "slow", "prompt": "W." },
                { "id": "first", "prompt": "{{source}}|{{fast}}|{{slow}}", "dependsOn": ["fast", "slow"], "join": "any" } ] }
            """;
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync(
            "r1", Definition,
            """{ "source": [ { "output": "S" } ], "fast": [ { "output": "F" } ], "slow": [ { "output": "W", "latencyMs": 500 } ],""" +
            """ "first": [ { "output": "ok" } ] }""");
        await app.WaitAsync("r1");

        var record = await app.Get<Orchestrator.Activities.RunLogs.CheckpointStore>()
            .FindAsync(await app.IdentityAsync("r1"), "first", 1, 1, CancellationToken.None);
        Assert.Equal("""{"source":"S","fast":"F","slow":null}""", record!.Inputs!.ToJsonString());
    }

    [Fact]
    public async Task Fallback_value_completes_a_failed_step()
    {
        const string Definition = """
            { "steps": [ { "id": "a", "prompt": "A.", "options": { "retryCount": 0, "fallback": { "value": "n/a" } } },
            { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }
            """;
        var run = await RunAsync(Definition, """{ "a": [ { "error": { "kind": "unavailable" } } ], "b": [ { "output": "ok" } ] }""");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal((StepStatus.Completed, true), (run.Steps["a"].Status, run.Steps["a"].FallbackUsed));
        Assert.Equal("n/a", run.Outputs!["a"]!.GetValue<string>());
    }

    [Fact]
    public async Task Fallback_step_gives_its_output_to_the_step_that_failed()
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [
                { "id": "a", "prompt": "A.", "options": { "onError": { "contentFiltered": { "step": "milder" } } } },
                { "id": "milder", "prompt": "A, mildly." },
                { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }
            """;
        var run = await RunAsync(
            Definition,
            """{ "a": [ { "error": { "kind": "contentFiltered" } } ], "milder": [ { "output": "mild" } ], "b": [ { "output": "ok" } ] }""");

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal((StepStatus.Completed, true), (run.Steps["a"].Status, run.Steps["a"].FallbackUsed));
        Assert.Equal("mild", run.Outputs!["a"]!.GetValue<string>());
    }

    [Fact]
    public async Task Final_step_runs_after_a_failure_and_the_run_still_fails()
    {
        const string Definition = """
            { "steps": [ { "id": "a", "prompt": "A." }, { "id": "notify", "prompt": "N." } ], "finally": ["notify"] }
            """;
        var run = await RunAsync(Definition, """{ "a": [ { "error": { "kind": "toolFailed" } } ], "notify": [ { "output": "told" } ] }""");

        Assert.Equal((RunStatus.Failed, StepStatus.Completed), (run.Status, run.Steps["notify"].Status));
    }

    [Fact]
    public async Task Run_beyond_its_maxDuration_is_timed_out_and_its_steps_are_cancelled()
    {
        const string Definition = """{ "options": { "maxDuration": 300 }, "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B.",""" +
            """ "dependsOn": ["a"] } ] }""";
        var run = await RunAsync(Definition, """{ "*": [ { "output": "late", "latencyMs": 600000 } ] }""");

        Assert.Equal(RunStatus.TimedOut, run.Status);
        Assert.All(run.Steps.Values, step => Assert.Equal((StepStatus.Cancelled, "timeout"), (step.Status, step.Reason)));
    }

    private const string Ok = """{ "*": [ { "output": "ok" } ] }""";

    private static async Task<Orchestrator.Activities.Feed.RunDocument> RunAsync(string definition, string mocks, string inputs = "{}")
    {
        await using var app = await AppHost.StartAsync();
        await app.StartRunAsync("r1", definition, mocks, inputs);
        return await app.WaitAsync("r1");
    }
}
